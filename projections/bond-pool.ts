// Who put up the baker's bond, and how what each cycle left was split among them.
import { z } from "zod";
import { parseStreamName } from "../src/domain/identifiers.js";
import { excessCodec } from "../src/domain/payment/ceilings.js";
import {
  bigint,
  boolean,
  type Change,
  defineTable,
  instant,
  integer,
  json,
  nullable,
  oneOf,
  patch,
  type ProjectedEvent,
  type Projection,
  remove,
  text,
  upsert,
} from "../src/readmodel/projection.js";
import { kindOf, payoutOf } from "./payment-names.js";

/** One row a baker. */
const pool = defineTable(
  "bond_pool",
  {
    baker: text,
    /** The first cycle that is shared; null: it is off. */
    since_cycle: nullable(integer),
    changed_at: instant,
  },
  { key: ["baker"] },
);

/** One row a member as it stands: what it put in, in mutez. */
const members = defineTable(
  "bond_pool_members",
  { baker: text, member: text, amount: bigint, charge_bps: integer, manager: boolean },
  { key: ["baker", "member"] },
);

/**
 * What became of what a member, or the manager, is paid; null: it is owed nothing. What goes to the payer itself is paid
 * once all else is.
 */
const result = nullable(oneOf("open", "paid", "carried", "held"));
const outcome = {
  result,
  /** Why it is held, or how else it was paid. */
  reason: nullable(text),
  settled_at: nullable(instant),
};

/** One row a cycle of which the pool was planned to be paid, or is about to: `planned_at` is null until it is. */
const cycles = defineTable(
  "bond_pool_cycles",
  {
    baker: text,
    cycle: integer,
    /** What stayed with the baker, less the network's costs; 0 or less pays nobody. Amounts in mutez. */
    base: bigint,
    network_costs: bigint,
    manager: text,
    charges: bigint,
    /** What stays with the baker. */
    rest: bigint,
    /** Of the manager's charges. */
    ...outcome,
    obligations: nullable(integer),
    due: nullable(bigint),
    plan_digest: nullable(text),
    /** Ceilings that it is above. List of {ceiling, limit, found ...}. */
    exceeded: nullable(json),
    approved_by: nullable(text),
    /** Once completed. */
    paid: nullable(bigint),
    held: nullable(bigint),
    network_fees: nullable(bigint),
    network_burns: nullable(bigint),
    planned_at: nullable(instant),
    completed_at: nullable(instant),
  },
  { key: ["baker", "cycle"] },
);

/** One row a member and cycle, by the terms of that moment. */
const shares = defineTable(
  "bond_pool_shares",
  {
    baker: text,
    cycle: integer,
    member: text,
    amount: bigint,
    charge_bps: integer,
    gross: bigint,
    charge: bigint,
    net: bigint,
    ...outcome,
  },
  { key: ["baker", "cycle", "member"] },
);

const termsBy = ({ event, stream, recordedAt }: ProjectedEvent): readonly Change[] => {
  const baker = parseStreamName(stream).elements[0] ?? "";
  const changed = { baker, changed_at: recordedAt };
  switch (event.type) {
    case "BondPoolMemberSet": {
      const { member, amount, chargeBps, manager } = event.data;
      return [
        upsert(pool, changed),
        upsert(members, { baker, member, amount, charge_bps: chargeBps, manager }),
      ];
    }
    case "BondPoolMemberRemoved":
      return [upsert(pool, changed), remove(members, { baker, member: event.data.member })];
    case "BondPoolSwitched":
      return [upsert(pool, { ...changed, since_cycle: event.data.fromCycle })];
    default:
      return [];
  }
};

interface Row {
  readonly baker: string;
  readonly cycle: number;
}
interface Outcome {
  readonly result: "open" | "paid" | "carried" | "held";
  readonly reason?: string | null;
  readonly settled_at?: Date | null;
}

const cameTo = (row: Row, obligation: string, outcome: Outcome): Change =>
  kindOf(obligation) === "manager"
    ? patch(cycles, { ...row }, outcome)
    : patch(shares, { ...row, member: obligation.slice("member:".length) }, outcome);

const paymentsBy = ({ event, recordedAt }: ProjectedEvent, row: Row): readonly Change[] => {
  const settled = { settled_at: recordedAt };
  const unsettled = { reason: null, settled_at: null };
  switch (event.type) {
    case "BondPoolShared": {
      const { base, networkCosts, manager, charges, rest } = event.data;
      const split = { base, network_costs: networkCosts, manager, charges, rest };
      const owed = (amount: bigint) => ({ result: amount > 0n ? ("open" as const) : null, ...unsettled });
      return [
        remove(shares, { ...row }),
        upsert(cycles, { ...row, ...split, ...owed(charges) }),
        ...event.data.shares.map(({ chargeBps, ...share }) =>
          upsert(shares, { ...row, ...share, charge_bps: chargeBps, ...owed(share.net) }),
        ),
      ];
    }
    case "PayoutAwaitsApproval": {
      const exceeded = event.data.exceeded.map((excess) => z.encode(excessCodec, excess));
      return [patch(cycles, { ...row }, { exceeded, approved_by: null })];
    }
    case "PayoutPlanned": {
      const { count, sum, digest } = event.data;
      const plan = { obligations: count, due: sum, plan_digest: digest, planned_at: recordedAt };
      return [patch(cycles, { ...row }, plan)];
    }
    case "PayoutApproved":
      return [patch(cycles, { ...row }, { approved_by: event.data.actor })];
    case "PayoutRejected":
      return [remove(cycles, { ...row }), remove(shares, { ...row })];
    case "BatchSettled":
      return event.data.results.flatMap((one) => {
        switch (one.result) {
          case "paid":
            return [cameTo(row, one.obligation, { result: "paid", ...settled })];
          case "held":
            return [cameTo(row, one.obligation, { result: "held", reason: one.error, ...settled })];
          case "returned":
            return [];
        }
      });
    case "ObligationsCarried": {
      const { obligations, reason } = event.data;
      return obligations.map((id) => cameTo(row, id, { result: "carried", reason, ...settled }));
    }
    case "ObligationHeld": {
      const { obligation, reason } = event.data;
      return [cameTo(row, obligation, { result: "held", reason, ...settled })];
    }
    case "ObligationReleased":
      return [cameTo(row, event.data.obligation, { result: "open", ...unsettled })];
    case "ObligationPaidOutside":
      return [cameTo(row, event.data.obligation, { result: "paid", reason: "paid outside", ...settled })];
    case "PayoutCompleted": {
      const { paid, held, networkFees, networkBurns } = event.data;
      const totals = { paid, held, network_fees: networkFees, network_burns: networkBurns };
      const toItself = { result: "paid" as const, ...settled };
      return [
        patch(cycles, { ...row }, { ...totals, completed_at: recordedAt }),
        patch(cycles, { ...row, result: "open" }, toItself),
        patch(shares, { ...row, result: "open" }, toItself),
      ];
    }
    default:
      return [];
  }
};

const apply = (projected: ProjectedEvent): readonly Change[] => {
  const { category, elements } = parseStreamName(projected.stream);
  if (category === "baker") return termsBy(projected);
  if (category !== "payment" || elements[1] !== "bond") return [];
  const { baker, cycle } = payoutOf(projected.stream);
  return cycle === null ? [] : paymentsBy(projected, { baker, cycle });
};

export const bondPoolProjection: Projection = {
  name: "bond_pool",
  version: 1,
  tables: [pool, members, cycles, shares],
  apply,
};
