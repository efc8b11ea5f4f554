import { asCycle, type Cycle } from "../../domain/identifiers.js";
import { sumOf } from "../../domain/money.js";
import * as Payment from "../../domain/payment/payment.js";
import { bakerOf, paymentIn } from "../aggregates.js";
import { begunCycles } from "../begun-cycles.js";
import { type Acts } from "../commands/acts.js";

/** Cycles that are shown. */
const SHOWN = 10;

/** How one cycle's rest was split, and what became of it; undefined: no payment was planned. */
const showShares = async ({ repository, baker }: Acts, cycle: Cycle) => {
  const { state } = await repository.load(paymentIn(Payment.bondStream(baker, cycle)));
  const { shared, plan } = state;
  if (!shared || !plan) return undefined;
  const { paid, held, pending } = Payment.totalsOf(state);
  return {
    networkCosts: shared.networkCosts.toString(),
    base: shared.base.toString(),
    planned: plan.sum.toString(),
    paid: paid.toString(),
    held: held.toString(),
    /** Payments under way. */
    pending,
    /** The plan that waits for a person, because it is above a ceiling. */
    awaitsApproval: Payment.awaitsApproval(state) ? plan.digest : null,
    members: Object.fromEntries(
      shared.shares.map(({ member, net, charge }) => [
        member,
        { net: net.toString(), charge: charge.toString() },
      ]),
    ),
    manager: { address: shared.manager, charges: shared.charges.toString() },
    rest: shared.rest.toString(),
  };
};

/** The newest cycles of which something was planned for the pool, by number. */
const newestCycles = async (acts: Acts) => {
  const { repository, baker } = acts;
  const begun = await begunCycles(repository, baker, (await repository.load(bakerOf(baker))).state);
  const last = begun.at(-1)?.cycle ?? -1;
  const cycles = Array.from({ length: Math.min(SHOWN, last + 1) }, (_, n) => asCycle(last - n)).reverse();
  const shown = await Promise.all(
    cycles.map(async (cycle) => [cycle, await showShares(acts, cycle)] as const),
  );
  return Object.fromEntries(shown.filter(([, shares]) => shares !== undefined));
};

/** The bond pool's terms, and what the newest cycles left to it. Amounts in mutez, as decimal strings. */
export const showBondPool = async (acts: Acts) => {
  const { repository, baker } = acts;
  const { since, members } = (await repository.load(bakerOf(baker))).state.bondPool;
  const rows = [...members.values()];
  return {
    on: since !== undefined,
    /** The first cycle that is shared. */
    fromCycle: since ?? null,
    manager: rows.find(({ manager }) => manager)?.member ?? null,
    amount: sumOf(rows, ({ amount }) => amount).toString(),
    members: Object.fromEntries(
      rows.map(({ member, amount, chargeBps }) => [member, { amount: amount.toString(), chargeBps }]),
    ),
    cycles: await newestCycles(acts),
  };
};
