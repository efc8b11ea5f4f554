// Each payout of a cycle, of a bond pool or by a person's word: its newest plan, and what came of it.
import { z } from "zod";
import { parseStreamName } from "../src/domain/identifiers.js";
import { excessCodec } from "../src/domain/payment/ceilings.js";
import {
  bigint,
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
  text,
  upsert,
} from "../src/readmodel/projection.js";
import { payoutOf } from "./payment-names.js";

/** One row a payout that is planned, or about to be. Amounts in mutez. */
const payouts = defineTable(
  "payouts",
  {
    /** The payment stream's name without its category. */
    payout: text,
    baker: text,
    /** Null for money that belongs to no cycle. */
    cycle: nullable(integer),
    kind: oneOf("cycle", "bond", "batch"),
    state: oneOf("writing", "planned", "rejected", "completed"),
    /** Number and digest of the newest plan, and of the allocation, or what a person asked for. */
    plan: nullable(integer),
    digest: nullable(text),
    allocation: nullable(text),
    obligations: nullable(integer),
    due: nullable(bigint),
    taken: nullable(bigint),
    carried: nullable(bigint),
    kept: nullable(bigint),
    /** The plan that is above ceilings: while it is the newest, and nobody has approved it, nothing is paid. */
    exceeded_digest: nullable(text),
    /** List of {ceiling, limit, found ...}. */
    exceeded: nullable(json),
    approved_by: nullable(text),
    rejected_by: nullable(text),
    rejected_reason: nullable(text),
    /** As it was completed; what a person has released since is told by its payments. */
    paid: nullable(bigint),
    charged: nullable(bigint),
    left_carried: nullable(bigint),
    held: nullable(bigint),
    network_fees: nullable(bigint),
    network_burns: nullable(bigint),
    /** Of the event that fixed the plan, in the log. */
    position: nullable(bigint),
    planned_at: nullable(instant),
    completed_at: nullable(instant),
    /** Of the newest event of the payout's stream. */
    revision: integer,
  },
  { key: ["payout"], indexes: [["position"], ["state", "position"]] },
);

const kindIn = (payout: string): "cycle" | "bond" | "batch" => {
  const [, kind] = payout.split("_");
  return kind === "bond" || kind === "batch" ? kind : "cycle";
};

const notRejected = { rejected_by: null, rejected_reason: null };

const apply = ({ event, stream, revision, position, recordedAt }: ProjectedEvent): readonly Change[] => {
  if (parseStreamName(stream).category !== "payment") return [];
  const { payout, ...owner } = payoutOf(stream);
  const row = { payout, ...owner, kind: kindIn(payout), revision };
  switch (event.type) {
    case "PayoutAwaitsApproval": {
      const exceeded = event.data.exceeded.map((excess) => z.encode(excessCodec, excess));
      const awaited = { exceeded_digest: event.data.planDigest, exceeded, approved_by: null };
      return [upsert(payouts, { ...row, state: "writing", ...awaited })];
    }
    case "PayoutPlanned": {
      const { plan, digest, allocation, count, sum, taken, carried, kept } = event.data;
      const amounts = { obligations: count, due: sum, taken, carried, kept };
      const planned = { state: "planned" as const, position, planned_at: recordedAt, ...notRejected };
      return [upsert(payouts, { ...row, ...planned, plan, digest, allocation, ...amounts })];
    }
    case "PayoutApproved":
      return [patch(payouts, { payout }, { approved_by: event.data.actor, revision })];
    case "PayoutRejected": {
      const { actor, reason } = event.data;
      const rejected = { state: "rejected" as const, rejected_by: actor, rejected_reason: reason };
      const notAwaited = { exceeded_digest: null, exceeded: null, approved_by: null };
      return [patch(payouts, { payout }, { ...rejected, ...notAwaited, revision })];
    }
    case "PayoutCompleted": {
      const { paid, charged, carried, held, networkFees, networkBurns } = event.data;
      const totals = { paid, charged, left_carried: carried, held };
      const costs = { network_fees: networkFees, network_burns: networkBurns };
      const completed = { state: "completed" as const, completed_at: recordedAt };
      return [patch(payouts, { payout }, { ...completed, ...totals, ...costs, revision })];
    }
    default:
      return [patch(payouts, { payout }, { revision })];
  }
};

export const payoutsProjection: Projection = { name: "payouts", version: 2, tables: [payouts], apply };
