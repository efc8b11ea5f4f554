// What a wallet has paid to a baker's delegators, whoever made it pay.
import type * as Baker from "../../domain/baker/baker.js";
import { type Address, asCycle, type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { type Mutez, sumOf } from "../../domain/money.js";
import { describeRefusal } from "../../domain/reward/refusals.js";
import { type Acts } from "../commands/acts.js";
import { type Evidence } from "../commands/pay-cycle.js";
import { type PastTransfer } from "../ports/transfers.js";
import { inputsOf } from "../reward-reply.js";

/** What the wallet sent to an ended cycle's delegators while the next one ran. */
export interface PastCycle {
  readonly cycle: Cycle;
  readonly delegators: number;
  /** So many of them were sent something. */
  readonly paid: number;
  /** In mutez. */
  readonly sum: Mutez;
  /** Why its delegators are not known, and nothing is counted. */
  readonly unknown: string | null;
}

/** So many ended cycles are looked at. */
const CYCLES_BACK = 5;

/** The last cycles that have ended, oldest first. Throws `SourceUnavailable`. */
export const pastCycles = async (
  { baker: address, chain }: Acts,
  { source, transfers }: Evidence,
  of: { readonly baker: Baker.State; readonly payer: TzAddress; readonly running: Cycle },
): Promise<readonly PastCycle[]> => {
  const { baker, payer, running } = of;
  const back = Math.min(CYCLES_BACK, running);
  if (back === 0) return [];
  const oldest = asCycle(running - back);
  const sent = await transfers.sentAfter(payer, (await chain.cycleLevels(oldest)).last);
  const past: PastCycle[] = [];
  for (let cycle = oldest; cycle < running; cycle = asCycle(cycle + 1)) {
    const { first, last } = await chain.cycleLevels(asCycle(cycle + 1));
    const meanwhile = sent.filter(({ level }) => level >= first && level <= last);
    const read = inputsOf(cycle, await source.split(address, cycle));
    if ("refused" in read) {
      const unknown = read.refused.map(describeRefusal).join("; ");
      past.push({ cycle, delegators: 0, ...paidTo([], baker.terms, []), unknown });
      continue;
    }
    const delegators = read.inputs.rows.map(({ delegator }) => delegator);
    const paid = paidTo(delegators, baker.terms, meanwhile);
    past.push({ cycle, delegators: delegators.length, ...paid, unknown: null });
  }
  return past;
};

const paidTo = (
  delegators: readonly Address[],
  terms: Baker.State["terms"],
  sent: readonly PastTransfer[],
): Pick<PastCycle, "paid" | "sum"> => {
  const receiversOf = (delegator: Address) => [delegator, terms.get(delegator)?.recipient ?? delegator];
  const receivers = new Set(delegators.flatMap(receiversOf));
  const targets = new Set(sent.map(({ target }) => target));
  return {
    paid: delegators.filter((delegator) => receiversOf(delegator).some((to) => targets.has(to))).length,
    sum: sumOf(
      sent.filter(({ target }) => receivers.has(target)),
      ({ amount }) => amount,
    ),
  };
};
