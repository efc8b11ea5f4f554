// The log computed once more from what it recorded, and held against itself; against the chain too, if that is wanted.
import type * as CycleLife from "../../domain/cycle/cycle.js";
import { type Address, asCycle, type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { chunksOf } from "../../domain/event.js";
import { refuseAct } from "../commands/acts.js";
import { cycleOf } from "../aggregates.js";
import { ChainUnavailable, type OperationReader } from "../ports/chain.js";
import { type EventLog, UnreadableEvent } from "../ports/event-log.js";
import { type Position } from "../ports/event-store.js";
import { SourceUnavailable } from "../ports/reward-source.js";
import { BakerHistory } from "./baker.js";
import { EarlierRewards } from "./ceilings.js";
import { ChainReplay, type ChainSources } from "./chain.js";
import { type CycleSources, listed, replayCycle } from "./cycle.js";
import { COUNTED, type Counts, type Difference, Findings, type Unread } from "./findings.js";
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

/** Streams that are read at once. */
const AT_ONCE = 32;

const lifeOf = async (log: ReadLog, baker: TzAddress, cycle: Cycle): Promise<Life> => ({
  cycle,
  events: await listed(eventsOf(log, cycleOf(baker, cycle))),
});

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
  let end = range === "all" ? last + MOST_MISSING : last;
  for (let n: number = first; n <= end; n += AT_ONCE) {
    const cycles = Array.from({ length: Math.min(AT_ONCE, end - n + 1) }, (_, i) => asCycle(n + i));
    const found = await Promise.all(cycles.map((cycle) => lifeOf(log, baker, cycle)));
    lives.push(...found.filter(({ events }) => events.length > 0));
    if (range === "all") end = Math.max(end, (lives.at(-1)?.cycle ?? last) + MOST_MISSING);
  }
  const begins = ({ events }: Life) =>
    (events.find(({ event }) => event.type === "CyclePayoutStarted") ?? events[0])?.position ?? 0n;
  return lives.sort((a, b) => (begins(a) < begins(b) ? -1 : 1));
};

/** Some cycles of a replay, in the order of their payouts, looked at by themselves. */
export interface Part {
  readonly baker: TzAddress;
  readonly cycles: readonly Cycle[];
  /** Nothing behind this position is looked at. */
  readonly upTo: Position;
  readonly delegator: Address | undefined;
}

export interface PartReport {
  readonly checked: Counts;
  readonly differences: readonly Difference[];
  readonly unread: readonly Unread[];
  /** How many signed operations were followed, by payment stream. */
  readonly followed: ReadonlyMap<string, number>;
  /** Whether the delegator that is asked for was allocated anything. */
  readonly isNamed: boolean;
}

/** Looks at parts beside each other, so many at a time. */
export interface Parts {
  readonly count: number;
  /** Fewer cycles are not worth a part. */
  readonly leastCycles: number;
  run(part: Part, tell: (line: string) => void): Promise<PartReport>;
}

interface LogPorts {
  readonly log: EventLog;
  readonly reader: OperationReader;
}

const sourcesOf = async (
  { log: whole, reader }: LogPorts,
  baker: TzAddress,
  upTo: Position,
): Promise<CycleSources> => {
  const log = logUpTo(whole, upTo);
  const history = await BakerHistory.read(log, baker);
  const findings = new Findings();
  const ledger = new LedgerReplay(log, baker, findings);
  const wallet = new WalletReplay(log, history.wallets);
  const earlier = new EarlierRewards(log, baker);
  return { log, baker, reader, history, earlier, findings, ledger, wallet };
};

class Replay {
  private readonly findings: Findings;
  private silences = 0;
  private readonly followed = new Map<string, number>();
  private isNamed = false;

  constructor(
    private readonly sources: CycleSources,
    private readonly query: Pick<ReplayQuery, "delegator" | "tell">,
    private readonly chain?: ChainReplay,
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

  /** Takes over what others have looked at, of whom none has found anything. */
  add({ checked, followed, isNamed }: PartReport): void {
    for (const name of COUNTED) this.findings.counts[name] += checked[name];
    for (const [payment, signed] of followed) this.followed.set(payment, signed);
    this.isNamed ||= isNamed;
  }

  /** What belongs to no cycle, and what the wallets signed that no payment knows. */
  async others(upTo: Position): Promise<void> {
    const { ledger, history } = this.sources;
    this.findings.cycle = null;
    await this.reading("the ledger", () => ledger.to(upTo));
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

  partReport(): PartReport {
    const { followed, isNamed } = this;
    const { differences, unread, counts: checked } = this.findings;
    return { checked, differences, unread, followed, isNamed };
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

/** Looks at a part; whoever divides a replay asks for this, perhaps in another thread. */
export const replayPart = async (
  ports: LogPorts,
  { baker, cycles, upTo, delegator }: Part,
  tell: (line: string) => void,
): Promise<PartReport> => {
  const sources = await sourcesOf(ports, baker, upTo);
  const lives = await Promise.all(cycles.map((cycle) => lifeOf(sources.log, baker, cycle)));
  const run = new Replay(sources, { delegator, tell });
  await run.cycles(lives);
  return run.partReport();
};

/**
 * Looks at the cycles in parts beside each other. Undefined: something was found. Where one part ends another begins
 * with what the log has, not with what should be there: the list is made in one piece.
 */
const inParts = async (
  lives: readonly Life[],
  parts: Parts,
  part: Omit<Part, "cycles">,
  tell: (line: string) => void,
): Promise<readonly PartReport[] | undefined> => {
  const size = Math.ceil(lives.length / parts.count);
  const cycles = chunksOf(
    lives.map(({ cycle }) => cycle),
    size,
  );
  const reports = await Promise.all(cycles.map((of) => parts.run({ ...part, cycles: of }, tell)));
  const hold = reports.every(({ differences, unread }) => differences.length + unread.length === 0);
  if (!hold) tell("something is found: looking again, in one piece");
  return hold ? reports : undefined;
};

/**
 * Computes cycles once more from the inputs that the log recorded, by the terms and engine that it recorded, and holds
 * every amount, digest, batch, signed operation and ledger row against it. Reads the log as it is at this moment, and
 * nothing but it and, if wanted, the chain. Throws `ActRefused`, and what log and chain throw.
 */
export const replay = async (
  ports: LogPorts & { readonly baker: TzAddress; readonly parts?: Parts },
  query: ReplayQuery,
): Promise<ReplayReport> => {
  const { baker, parts } = ports;
  const { delegator, tell } = query;
  const upTo = await ports.log.head();
  const sources = await sourcesOf(ports, baker, upTo);
  const { log, history, findings } = sources;
  const { chainId } = history.now.registered ?? refuseAct("not-registered");
  const lives = await livesIn(log, baker, query.cycles, history);
  if (lives.length === 0) refuseAct("never-opened");
  const chain = query.chain && new ChainReplay(query.chain, chainId, findings);
  await chain?.begin();
  const run = new Replay(sources, query, chain);
  const isLong =
    parts !== undefined && chain === undefined && lives.length >= parts.count * parts.leastCycles;
  const reports = isLong ? await inParts(lives, parts, { baker, upTo, delegator }, tell) : undefined;
  if (reports === undefined) await run.cycles(lives);
  else for (const report of reports) run.add(report);
  if (query.cycles === "all") await run.others(upTo);
  return run.report(upTo);
};
