// What a wallet really paid for a cycle, held against what a policy owes.
import {
  type Address,
  asCycle,
  asLevel,
  type Cycle,
  type Level,
  type TzAddress,
} from "../../domain/identifiers.js";
import { type Mutez, mutez, sumOf, ZERO } from "../../domain/money.js";
import { type ComputedCycle } from "../../domain/reward/compute.js";
import { type Policy } from "../../domain/reward/policy.js";
import { computeCycle, type ComputePorts, type Refused } from "../compute-cycle.js";
import { type CycleCalendar, SourceUnavailable } from "../ports/reward-source.js";
import { type SentTransfer, type SentTransfers } from "../ports/transfers.js";

export interface CompareQuery {
  readonly baker: TzAddress;
  readonly cycle: Cycle | "last";
  readonly policy: Policy;
  /** The wallet that is looked at. */
  readonly payer: TzAddress;
  /** Levels, both included, in which a transfer counts; undefined: from the cycle's end to the next one's. */
  readonly fromLevel: Level | undefined;
  readonly toLevel: Level | undefined;
}

export interface ComparePorts extends ComputePorts {
  readonly source: ComputePorts["source"] & CycleCalendar;
  readonly transfers: SentTransfers;
}

export type Verdict = "as owed" | "overpaid" | "underpaid" | "missing" | "not owed" | "nothing owed";

/** One receiver; `difference` = paid + charged - owed, all in mutez. */
export interface ComparedReceiver {
  readonly recipient: Address;
  /** Whose shares go there. */
  readonly delegators: readonly Address[];
  readonly owed: Mutez;
  readonly paid: Mutez;
  /** Fees and burns of these transfers that are the receiver's under the policy. */
  readonly charged: Mutez;
  readonly difference: Mutez;
  readonly verdict: Verdict;
  readonly transfers: readonly { readonly hash: string; readonly level: number; readonly amount: Mutez }[];
}

type Row = ComputedCycle["delegators"][number];

const verdictOf = (owed: Mutez, paid: Mutez, difference: Mutez): Verdict => {
  if (owed === 0n) return paid > 0n ? "not owed" : "nothing owed";
  if (paid === 0n) return "missing";
  if (difference === 0n) return "as owed";
  return difference > 0n ? "overpaid" : "underpaid";
};

const compareReceiver = (
  recipient: Address,
  rows: readonly Row[],
  sent: readonly SentTransfer[],
  { transactionFeePaidBy, allocationFeePaidBy }: Policy["allocation"],
): ComparedReceiver => {
  const owed = sumOf(rows, ({ net, status }) => (status === "pay" ? mutez(BigInt(net)) : ZERO));
  const paid = sumOf(sent, ({ amount }) => amount);
  const charged = sumOf(sent, ({ fee, burn }) =>
    mutez(
      (transactionFeePaidBy === "delegator" ? fee : 0n) + (allocationFeePaidBy === "delegator" ? burn : 0n),
    ),
  );
  const difference = mutez(paid + charged - owed);
  return {
    recipient,
    delegators: rows.map(({ delegator }) => delegator),
    owed,
    paid,
    charged,
    difference,
    verdict: verdictOf(owed, paid, difference),
    transfers: sent.map(({ hash, level, amount }) => ({ hash, level, amount })),
  };
};

const grouped = <Key, Value>(values: readonly Value[], keyOf: (value: Value) => Key) => {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const known = groups.get(key);
    if (known) known.push(value);
    else groups.set(key, [value]);
  }
  return groups;
};

/** Where transfers count, and whether the chain has come to its end. */
const windowOf = async (
  { fromLevel, toLevel }: CompareQuery,
  cycle: Cycle,
  source: ComparePorts["source"],
) => {
  const [own, next, head] = [
    await source.levels(cycle),
    await source.levels(asCycle(cycle + 1)),
    await source.head(),
  ];
  if (own === undefined) throw new SourceUnavailable(`TzKT does not know the levels of cycle ${cycle}`);
  const from = fromLevel ?? asLevel(own.last + 1);
  const to = toLevel ?? next?.last ?? asLevel(head.level);
  return { from, to, isOver: head.level >= to };
};

/** So many of those who are owed something must have been sent something; else it was probably another cycle's. */
const LEAST_PAID = 0.5;

const sums = (receivers: readonly ComparedReceiver[]) => {
  const of = (verdict: Verdict) => receivers.filter((receiver) => receiver.verdict === verdict);
  const beyond = (...verdicts: Verdict[]) =>
    sumOf(verdicts.flatMap(of), ({ difference }) => mutez(difference < 0n ? 0n - difference : difference));
  const owing = receivers.filter(({ owed }) => owed > 0n).length;
  const missing = of("missing").length;
  return {
    owed: sumOf(receivers, ({ owed }) => owed),
    paid: sumOf(receivers, ({ paid }) => paid),
    charged: sumOf(receivers, ({ charged }) => charged),
    overpaid: beyond("overpaid", "not owed"),
    underpaid: beyond("underpaid", "missing"),
    counts: {
      asOwed: of("as owed").length,
      overpaid: of("overpaid").length,
      underpaid: of("underpaid").length,
      missing,
      notOwed: of("not owed").length,
    },
    /** Few of those who are owed were sent anything: the window is likely another cycle's. */
    isDoubtful: owing > 0 && owing - missing < LEAST_PAID * owing,
  };
};

/**
 * Computes what a policy owes for a cycle, and sums up what the wallet sent to these receivers in a window of levels.
 * Needs no database and no key. Throws `SourceUnavailable` and what `limitOf` throws.
 */
export const compare = async (query: CompareQuery, ports: ComparePorts) => {
  const { baker, policy, payer } = query;
  const outcome: { readonly computed: ComputedCycle } | Refused = await computeCycle(query, ports);
  if ("refused" in outcome) return outcome;
  const { cycle, engineVersion, digest, delegators } = outcome.computed;
  const window = await windowOf(query, cycle, ports.source);
  const { from, to } = window;
  const sent = from > to ? [] : await ports.transfers.sentBetween(payer, asLevel(Math.max(0, from - 1)), to);
  const rows = grouped(delegators, ({ recipient }) => recipient);
  const sentTo = grouped(sent, ({ target }) => target);
  const receivers = [...rows].map(([recipient, owing]) =>
    compareReceiver(recipient, owing, sentTo.get(recipient) ?? [], policy.allocation),
  );
  const others = sent.filter(({ target }) => !rows.has(target));
  return {
    baker,
    cycle,
    payer,
    engineVersion,
    digest,
    window,
    ...sums(receivers),
    /** To receivers that are in no row of the cycle. */
    others: {
      transfers: others.length,
      receivers: new Set(others.map(({ target }) => target)).size,
      sum: sumOf(others, ({ amount }) => amount),
    },
    receivers,
  };
};
export type Comparison = Exclude<Awaited<ReturnType<typeof compare>>, Refused>;
