import { bakerOf, paymentIn } from "../../../src/application/aggregates.js";
import { streamName } from "../../../src/domain/identifiers.js";
import { type Standing } from "../../../src/domain/payment/obligations.js";
import type * as Payment from "../../../src/domain/payment/payment.js";
import { type Row } from "../../../src/readmodel/projection.js";
import { BAKER } from "../payouts.js";
import { elementsOf, ends, type Events, type Expected, walk } from "./walk.js";

const PAYMENT = paymentIn(streamName("payment", "any"));
const nothing = { result: null, reason: null, settled_at: null };

const outcomeOf = (
  standing: Standing | undefined,
  { completed }: Payment.State,
  settledAt: Date | undefined,
): Row => {
  if (!standing) return nothing;
  const { status, self } = standing;
  if (self && !completed) return { ...nothing, result: "open" };
  const settled = { settled_at: settledAt };
  switch (status.at) {
    case "open":
    case "batched":
      return { ...nothing, result: "open" };
    case "paid":
      return { result: "paid", reason: status.content === undefined ? null : "paid outside", ...settled };
    case "carried":
      return { result: "carried", reason: "fee-exceeds-amount", ...settled };
    case "held":
      return { result: "held", reason: status.reason, ...settled };
  }
};

/** When each obligation of a bond pool came to its end; what the payer owes itself with the payout. */
const settledAtOf = (events: Events): ReadonlyMap<string, Date> => {
  const found = new Map<string, Date>();
  for (const { logged, event, before, after } of walk(events, PAYMENT)) {
    const { stream, recordedAt } = logged;
    for (const { id, self, status } of after.obligations.values()) {
      const earlier = before.obligations.get(id)?.status.at;
      const isEnd = self ? event.type === "PayoutCompleted" : status.at !== earlier;
      if (isEnd) found.set(`${stream} ${id}`, recordedAt);
    }
  }
  return found;
};

/** The pool by the baker's fold, and each cycle of which it was planned by its payment's. */
export const bondPoolOf = (events: Events): Expected => {
  const settledAt = settledAtOf(events);
  const at = (stream: string, type: string) =>
    events.findLast((one) => one.stream === stream && one.event.type === type)?.recordedAt ?? null;
  const cycles: Row[] = [];
  const shares: Row[] = [];
  for (const [stream, state] of ends(events, PAYMENT)) {
    const [baker, kind, n] = elementsOf(stream);
    const { shared, plan, approval, completed } = state;
    if (kind !== "bond" || !shared || !plan) continue;
    const cycle = Number(n);
    const outcome = (id: string) =>
      outcomeOf(state.obligations.get(id), state, settledAt.get(`${stream} ${id}`));
    for (const { member, amount, chargeBps, gross, charge, net } of shared.shares) {
      const share = { member, amount, charge_bps: chargeBps, gross, charge, net };
      shares.push({ baker, cycle, ...share, ...outcome(`member:${member}`) });
    }
    const { base, networkCosts, manager, charges, rest } = shared;
    cycles.push({
      baker,
      cycle,
      ...{ base, network_costs: networkCosts, manager, charges, rest },
      ...outcome(`manager:${manager}`),
      ...{ obligations: plan.count, due: plan.sum, plan_digest: plan.digest },
      approved_by: approval?.approvedBy ?? null,
      paid: completed?.paid ?? null,
      held: completed?.held ?? null,
      network_fees: completed?.networkFees ?? null,
      network_burns: completed?.networkBurns ?? null,
      planned_at: at(stream, "PayoutPlanned"),
      completed_at: at(stream, "PayoutCompleted"),
    });
  }
  const pools = [...ends(events, bakerOf(BAKER))].map(([stream, { bondPool }]) => {
    const changed = events.findLast(
      (one) => one.stream === stream && one.event.type.startsWith("BondPool"),
    )?.recordedAt;
    return { baker: elementsOf(stream)[0], since_cycle: bondPool.since ?? null, changed_at: changed };
  });
  const members = [...ends(events, bakerOf(BAKER))].flatMap(([stream, { bondPool }]) =>
    [...bondPool.members.values()].map(({ member, amount, chargeBps, manager }) => ({
      ...{ baker: elementsOf(stream)[0], member, amount, charge_bps: chargeBps, manager },
    })),
  );
  const changed = pools.filter(({ changed_at: changedAt }) => changedAt !== undefined);
  return {
    bond_pool: changed,
    bond_pool_members: members,
    bond_pool_cycles: cycles,
    bond_pool_shares: shares,
  };
};
