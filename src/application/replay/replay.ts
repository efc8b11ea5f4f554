// The log computed once more from what it recorded, and held against itself; against the chain too, if that is wanted.
import type * as CycleLife from "../../domain/cycle/cycle.js";
import { type Address, asCycle, type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { refuseAct } from "../commands/acts.js";
import { cycleOf } from "../aggregates.js";
import { ChainUnavailable, type OperationReader } from "../ports/chain.js";
import { type EventLog, UnreadableEvent } from "../ports/event-log.js";
import { type Position } from "../ports/event-store.js";
import { SourceUnavailable } from "../ports/reward-source.js";
import { BakerHistory } from "./baker.js";
import { ChainReplay, type ChainSources } from "./chain.js";
import { type CycleSources, listed, replayCycle } from "./cycle.js";
import { type Counts, type Difference, Findings, type Unread } from "./findings.js";
import { LedgerReplay } from "./ledger.js";
import { replayOther, WalletContents } from "./others.js";
import { type PaymentReplay } from "./payment.js";
import { eventsOf, ForeignEvent, type Logged, logUpTo, type ReadLog } from "./reading.js";
import { WalletReplay } from "./wallet.js";

export type CycleRange = { readonly first: Cycle; readonly last: Cycle } | "all";

export interface ReplayQuery {
  readonly cycles: CycleRange;
  /** Only differences of this one, and of the whole. */
  readonly delegator: Address | undefined;
  /** Where final operations are read back; undefined: nowhere. */
  readonly chain: ChainSources | undefined;
  readonly tell: (line: string) => void;
}

export interface ReplayReport {
  /** The log was read up to here. */
  readonly upTo: Position;
  readonly checked: Counts;
  readonly differences: readonly Difference[];
  readonly unread: readonly Unread[];
  readonly holds: boolean;
}

/** Cycles in a row that the log does not know, after which no later one is looked for: more than a year of days. */
const MOST_MISSING = 400;
/** A chain that gives no answer so often in a row is not asked on. */
const MOST_SILENCES = 3;

interface Life {
  readonly cycle: Cycle;
  readonly events: readonly Logged<CycleLife.Event>[];
}

/** The cycles that the log knows, in the order in which their payouts began. */
const livesIn = async (
  log: ReadLog,
  baker: TzAddress,
  range: CycleRange,
  history: BakerHistory,
): Promise<readonly Life[]> => {
  const named = history.cycles ?? { first: 0, last: -1 };
  const [first, last] = range === "all" ? [named.first, named.last] : [range.first, range.last];
  const lives: Life[] = [];
  let missing = 0;
  for (let n: number = first; range === "all" ? missing < MOST_MISSING : n <= last; n += 1) {
    const cycle = asCycle(n);
    const events = await listed(eventsOf(log, cycleOf(baker, cycle)));
    if (events.length > 0) lives.push({ cycle, events });
    missing = events.length > 0 || n <= last ? 0 : missing + 1;
  }
  const begins = ({ events }: Life) =>
    (events.find(({ event }) => event.type === "CyclePayoutStarted") ?? events[0])?.position ?? 0n;
  return lives.sort((a, b) => (begins(a) < begins(b) ? -1 : 1));
};

class Replay {
  private readonly findings: Findings;
  private silences = 0;
  private readonly followed = new Map<string, number>();
  private isNamed = false;

  constructor(
    private readonly sources: CycleSources,
    private readonly query: ReplayQuery,
    private readonly chain: ChainReplay | undefined,
  ) {
    this.findings = sources.findings;
  }

  async cycles(lives: readonly Life[]): Promise<void> {
    for (const [n, { cycle, events }] of lives.entries()) {
      this.findings.cycle = cycle;
      await this.reading(`cycle ${cycle}`, async () => {
        const { allocations, payments } = await replayCycle(cycle, events, this.sources);
        for (const { rows } of allocations)
          this.isNamed ||= rows.some(({ delegator }) => delegator === this.query.delegator);
        for (const payment of payments) await this.finish(payment);
      });
      this.query.tell(
        `cycle ${cycle}: ${n + 1} of ${lives.length}, ${this.findings.differences.length} differences`,
      );
    }
  }

  /** What belongs to no cycle, and what the wallets signed that no payment knows. */
  async others(): Promise<void> {
    const { ledger, history } = this.sources;
    this.findings.cycle = null;
    await this.reading("the ledger", () => ledger.toEnd());
    const contents = new WalletContents(this.sources);
    for (const payer of history.wallets) await this.reading(`wallet ${payer}`, () => contents.read(payer));
    for (const stream of contents.payments)
      await this.reading(stream, async () => this.finish(await replayOther(stream, this.sources)));
    for (const [payment, signed] of contents.signed) {
      const followed = this.followed.get(payment) ?? 0;
      if (followed !== signed)
        this.findings.differ(`operations signed for ${payment}`, followed, signed, undefined);
    }
    this.query.tell(`other payments: ${contents.payments.size}`);
  }

  report(upTo: Position): ReplayReport {
    const { delegator } = this.query;
    if (delegator !== undefined && !this.isNamed) refuseAct("not-in-cycle", { delegator });
    const { differences: all, unread, counts } = this.findings;
    const isWanted = (of: Address | null) => delegator === undefined || of === null || of === delegator;
    const differences = all.filter((difference) => isWanted(difference.delegator));
    const holds = differences.length === 0 && unread.length === 0;
    return { upTo, checked: counts, differences, unread, holds };
  }

  private async finish({ stream, signed, final }: PaymentReplay): Promise<void> {
    this.followed.set(stream, signed);
    for (const operation of final) {
      if (this.chain === undefined) return;
      try {
        await this.chain.check(operation);
        this.silences = 0;
      } catch (error) {
        if (!(error instanceof ChainUnavailable || error instanceof SourceUnavailable)) throw error;
        this.silences += 1;
        if (this.silences >= MOST_SILENCES) throw error;
        this.findings.cannotRead(`operation ${operation.final.event.data.hash}`, error.message);
      }
    }
  }

  /** What cannot be read is said, and the rest is looked at. */
  private async reading(what: string, look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof UnreadableEvent || error instanceof ForeignEvent)) throw error;
      this.findings.cannotRead(what, error.message);
    }
  }
}

/**
 * Computes cycles once more from the inputs that the log recorded, by the terms and engine that it recorded, and holds
 * every amount, digest, batch, signed operation and ledger row against it. Reads the log as it is at this moment, and
 * nothing but it and, if wanted, the chain. Throws `ActRefused`, and what log and chain throw.
 */
export const replay = async (
  ports: { readonly log: EventLog; readonly baker: TzAddress; readonly reader: OperationReader },
  query: ReplayQuery,
): Promise<ReplayReport> => {
  const { baker, reader } = ports;
  const upTo = await ports.log.head();
  const log = logUpTo(ports.log, upTo);
  const history = await BakerHistory.read(log, baker);
  const { chainId } = history.now.registered ?? refuseAct("not-registered");
  const lives = await livesIn(log, baker, query.cycles, history);
  if (lives.length === 0) refuseAct("never-opened");
  const findings = new Findings();
  const sources: CycleSources = {
    log,
    baker,
    reader,
    history,
    findings,
    ledger: new LedgerReplay(log, baker, findings),
    wallet: new WalletReplay(log, history.wallets),
  };
  const chain = query.chain && new ChainReplay(query.chain, chainId, findings);
  await chain?.begin();
  const run = new Replay(sources, query, chain);
  await run.cycles(lives);
  if (query.cycles === "all") await run.others();
  return run.report(upTo);
};
