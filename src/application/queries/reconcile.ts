// The log held against all that the wallet has signed on chain since it was taken over.
import * as Baker from "../../domain/baker/baker.js";
import {
  type Address,
  asCycle,
  asLevel,
  type Level,
  type OperationHash,
  parseStreamName,
  type StreamName,
  type TzAddress,
} from "../../domain/identifiers.js";
import { type Mutez } from "../../domain/money.js";
import * as Payment from "../../domain/payment/payment.js";
import { bakerOf, cycleOf, ledgerOf, paymentIn, walletOf } from "../aggregates.js";
import { type Acts, refuseAct } from "../commands/acts.js";
import { type OperationHistory, type PastContent } from "../ports/operations.js";
import { SourceUnavailable } from "../ports/reward-source.js";
import { FINALITY } from "../process/payer/facts.js";

/** An open obligation that a foreign content may have paid. */
interface Match {
  /** `750/tz1...`, as it is named when the operation is classified. */
  readonly name: string;
  readonly claim: { readonly payment: StreamName; readonly obligation: string };
  readonly due: Mutez;
  readonly isExact: boolean;
}

/** Payouts of so many cycles back are looked at for what a foreign operation may have paid. */
const CYCLES_BACK = 20;
/** So are the last payments that were asked for. */
const NEWEST_REQUESTS = 100;

/** What the wallet's stream says of operations that can stand in a block, since it was last taken over; what was asked for. */
const historyOf = async ({ log }: Acts, payer: TzAddress) => {
  let counter = 0n;
  const signed = new Set<OperationHash>();
  const final = new Map<OperationHash, Level>();
  const foreign = new Map<OperationHash, "open" | "classified">();
  const requested = new Set<StreamName>();
  for await (const { event } of log.read(walletOf(payer).stream)) {
    if (event.type === "WalletAdopted") {
      ({ counter } = event.data);
      for (const before of [signed, final, foreign]) before.clear();
    }
    if (event.type === "OperationSigned") signed.add(event.data.hash);
    if (event.type === "OperationFinalised") final.set(event.data.hash, event.data.level);
    if (event.type === "ForeignOperationFound") foreign.set(event.data.hash, "open");
    if (event.type === "ForeignOperationClassified") foreign.set(event.data.hash, "classified");
    const asked = event.type === "PaymentRequested" && Payment.streamOfBatch(`${event.data.payment}/`);
    if (asked) requested.add(asked);
  }
  return { counter, signed, final, foreign, requested };
};

const byOperation = (
  contents: readonly PastContent[],
): ReadonlyMap<OperationHash, readonly PastContent[]> => {
  const operations = new Map<OperationHash, PastContent[]>();
  for (const content of contents) {
    const known = operations.get(content.hash);
    if (known) known.push(content);
    else operations.set(content.hash, [content]);
  }
  return operations;
};

/**
 * Payment streams whose obligations may still be open: of the newest cycles, their bond pools, what was settled with
 * single delegators, and what a person asked for last.
 */
const openPayments = async ({ repository, baker, chain }: Acts, requested: ReadonlySet<StreamName>) => {
  const { state } = await repository.load(bakerOf(baker));
  const { settlements } = (await repository.load(ledgerOf(baker))).state;
  const { cycle: running } = await chain.head();
  const first = Math.max(state.registered?.firstCycle ?? running, running - CYCLES_BACK);
  const cycles = Array.from({ length: Math.max(0, running - first) }, (_, n) => asCycle(first + n));
  const named = [...cycles, ...state.requested].filter((cycle) => Baker.pays(state, cycle));
  return new Set([
    ...named.flatMap((cycle) => [Payment.cycleStream(baker, cycle), Payment.bondStream(baker, cycle)]),
    ...[...settlements.values()].map(({ delegator, number }) =>
      Payment.settlementStream(baker, delegator, number),
    ),
    ...[...requested].slice(-NEWEST_REQUESTS),
  ]);
};

const nameOf = (stream: string, obligation: string): string => {
  const usual = `${Payment.kindIn(stream)}:`;
  const name = obligation.startsWith(usual) ? obligation.slice(usual.length) : obligation;
  return `${stream.slice(stream.indexOf("_") + 1)}/${name}`;
};

/** A cycle's last level, of its own payment and its bond pool's; undefined of any other payment, or one unknown. */
const endOf = async ({ repository, baker }: Acts, stream: StreamName): Promise<Level | undefined> => {
  const [, kind, id] = parseStreamName(stream).elements;
  const cycle = id !== undefined && kind === "bond" ? asCycle(Number(id)) : Payment.cycleOfStream(stream);
  return cycle === undefined ? undefined : (await repository.load(cycleOf(baker, cycle))).state.lastLevel;
};

/** What of a content tells what it may have paid. */
type Sent = Pick<PastContent, "target" | "amount" | "status" | "level">;

const matchesOf = async (acts: Acts, requested: ReadonlySet<StreamName>) => {
  const open: (Omit<Match, "isExact"> & {
    readonly receivers: readonly Address[];
    readonly ended: Level | undefined;
  })[] = [];
  for (const stream of await openPayments(acts, requested)) {
    const { state } = await acts.repository.load(paymentIn(stream));
    const ended = await endOf(acts, stream);
    for (const { id, delegator, recipient, due, status } of state.obligations.values())
      if (status.at === "open" || status.at === "held" || status.at === "batched") {
        const claim = { payment: stream, obligation: id };
        open.push({ name: nameOf(stream, id), claim, due, receivers: [recipient, delegator], ended });
      }
  }
  // What was sent before a cycle's end did not pay it. Where something was owed exactly, the rest is chance.
  return ({ target, amount, status, level }: Sent): readonly Match[] => {
    if (status !== "applied" || target === null || amount === null) return [];
    const found = open
      .filter(({ ended }) => ended === undefined || ended < level)
      .filter(({ receivers }) => receivers.some((receiver) => receiver === target))
      .map(({ name, claim, due }) => ({ name, claim, due, isExact: due === amount }));
    const exact = found.filter(({ isExact }) => isExact);
    return exact.length > 0 ? exact : found;
  };
};

/** Finds what each transfer of a foreign operation may have paid. Reads the wallet's whole stream. */
export const findMatches = async (acts: Acts, payer: TzAddress) =>
  matchesOf(acts, (await historyOf(acts, payer)).requested);

const nothing = (): readonly Match[] => [];

/**
 * Every operation of the wallet since it was taken over has an intent in the log or is foreign, and every operation
 * that the log calls final is on chain. Complete only if the contents are as many as the counters that were used.
 */
export const reconcile = async (acts: Acts, history: OperationHistory) => {
  const { registered, payer = refuseAct("no-payer") } = (await acts.repository.load(bakerOf(acts.baker)))
    .state;
  const { adopted, foreign: waiting } = (await acts.repository.load(walletOf(payer))).state;
  if (adopted === null) return refuseAct("not-adopted");
  const [head, indexer] = await Promise.all([acts.chain.head(), history.head()]);
  if (head.chainId !== registered?.chainId) refuseAct("other-chain", { found: head.chainId });
  if (indexer.chainId !== head.chainId)
    throw new SourceUnavailable(`TzKT shows another chain (${indexer.chainId})`);
  const upTo = asLevel(Math.max(1, Math.min(indexer.level, head.level - FINALITY)));
  const contents = upTo > adopted.level ? await history.contentsOf(payer, adopted.level, upTo) : [];
  const block = await acts.chain.block(upTo, payer);
  const { counter } = await acts.chain.account(payer, block.hash);
  const { counter: counterAtAdoption, signed, final, foreign, requested } = await historyOf(acts, payer);
  const used = counter - counterAtAdoption;
  const operations = byOperation(contents);
  const unknown = [...operations].filter(([hash]) => !signed.has(hash) && !foreign.has(hash));
  const lost = [...final].filter(([hash, level]) => level <= upTo && !operations.has(hash));
  const open = [...operations].filter(
    ([hash]) => foreign.get(hash) === "open" || (!signed.has(hash) && !foreign.has(hash)),
  );
  const matching = open.length > 0 ? await matchesOf(acts, requested) : nothing;
  const complete = BigInt(contents.length) === used;
  return {
    payer,
    from: adopted.level,
    upTo,
    contents: contents.length,
    countersUsed: used,
    complete,
    operations: operations.size,
    classified: [...foreign.values()].filter((fate) => fate === "classified").length,
    /** Final in the log, and not on chain. */
    lost: lost.map(([hash, level]) => ({ hash, level })),
    /** On chain, and not known to the log: TAPS will find them foreign. */
    unknown: unknown.map(([hash]) => hash),
    /** What a person must classify before anything is signed. */
    foreign: open.map(([hash, found]) => ({
      hash,
      level: found[0]?.level,
      /** What somebody has said that it paid, and did not come to write. */
      claimed: (waiting.find((operation) => operation.hash === hash)?.pays ?? []).map(
        ({ content, payment, obligation }) => ({ content, name: nameOf(payment, obligation) }),
      ),
      contents: found.map((content, index) => ({
        content: index,
        kind: content.kind,
        target: content.target,
        amount: content.amount,
        status: content.status,
        matches: matching(content).map(({ name, due, isExact }) => ({ name, due, isExact })),
      })),
    })),
    explained: complete && lost.length === 0 && open.length === 0,
  };
};
