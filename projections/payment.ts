// What each delegator was to be paid, and how far the money has come.
import { type ItemResult, type Obligation, obligationKind } from "../src/domain/payment/events.js";
import {
  bigint,
  type Change,
  defineTable,
  instant,
  integer,
  move,
  nullable,
  oneOf,
  patch,
  type ProjectedEvent,
  type Projection,
  remove,
  text,
  upsert,
} from "../src/readmodel/projection.js";
import { kindOf, obligationIn, payoutOf } from "./payment-names.js";

const planned = {
  /** `<payout>/<id>` */
  obligation: text,
  /** The payment stream's name without its category. */
  payout: text,
  baker: text,
  /** Null for money that belongs to no cycle. */
  cycle: nullable(integer),
  /** What it is owed for; `delegator` names whom it is owed to, whatever the kind. */
  kind: oneOf(...obligationKind.options),
  delegator: text,
  recipient: text,
  due: bigint,
  /** What reaches the receiver; with the fees it is charged, exactly what is due. Null until batched. */
  sent: nullable(bigint),
  transaction_fee: nullable(bigint),
  allocation_fee: nullable(bigint),
  result: oneOf("planned", "batched", "signed", "included", "paid", "carried", "held"),
  settled_at: nullable(instant),
};

/** One row an obligation of a plan that is fixed. Amounts in mutez. */
const payment = defineTable(
  "payment",
  {
    ...planned,
    batch_id: nullable(text),
    operation_hash: nullable(text),
    level: nullable(integer),
    /** Why it is carried or held. */
    reason: nullable(text),
    planned_at: instant,
    signed_at: nullable(instant),
    included_at: nullable(instant),
    /** Of the newest event in the payout's stream that changed the row. */
    revision: integer,
    /** Of the newest event in a wallet's stream that did; its position, for wallets may take turns. */
    wallet_position: nullable(bigint),
  },
  {
    key: ["obligation", "cycle"],
    indexes: [
      ["cycle", "due", "obligation"],
      ["delegator", "cycle"],
      ["batch_id", "cycle"],
      ["operation_hash"],
      { on: ["result", "cycle", "due", "obligation"], except: { column: "result", value: "paid" } },
    ],
    partition: { column: "cycle", width: 100 },
  },
);

/** Rows of plans being written: they count only once PayoutPlanned names their attempt. */
const draft = defineTable(
  "payment_draft",
  { attempt: text, ...planned },
  { key: ["attempt", "obligation"], indexes: [["payout"]] },
);

type Payout = ReturnType<typeof payoutOf>;

const keyIn = (payout: Payout, id: string) => ({ obligation: obligationIn(payout, id), cycle: payout.cycle });

const untouched = {
  sent: null,
  transaction_fee: null,
  allocation_fee: null,
  batch_id: null,
  operation_hash: null,
  level: null,
  reason: null,
  signed_at: null,
  included_at: null,
  settled_at: null,
};
const unsigned = { operation_hash: null, level: null, signed_at: null, included_at: null };
const unsent = { sent: null, transaction_fee: null, allocation_fee: null };

const drafted = (attempt: string, payout: Payout, row: Obligation, recordedAt: Date): Change => {
  const { id, delegator, recipient, due, self } = row;
  const settled = self
    ? { result: "paid" as const, sent: due, transaction_fee: 0n, allocation_fee: 0n, settled_at: recordedAt }
    : { result: "planned" as const };
  const named = { obligation: obligationIn(payout, id), kind: kindOf(id) };
  return upsert(draft, { attempt, ...payout, ...named, delegator, recipient, due, ...settled });
};

const settled = (
  payout: Payout,
  result: ItemResult,
  { revision, recordedAt }: Pick<ProjectedEvent, "revision" | "recordedAt">,
): Change => {
  const key = keyIn(payout, result.obligation);
  switch (result.result) {
    case "paid":
      return patch(payment, key, { result: "paid", settled_at: recordedAt, revision });
    case "returned":
      return patch(payment, key, { ...untouched, result: "planned", revision });
    case "held":
      return patch(payment, key, {
        ...{ ...unsent, result: "held" as const, reason: result.error },
        ...{ settled_at: recordedAt, revision },
      });
  }
};

const apply = ({ event, stream, revision, position, recordedAt }: ProjectedEvent): readonly Change[] => {
  switch (event.type) {
    case "ObligationsAdded": {
      const payout = payoutOf(stream);
      return event.data.rows.map((row) => drafted(event.data.attempt, payout, row, recordedAt));
    }
    case "PayoutPlanned": {
      const { payout, cycle } = payoutOf(stream);
      return [
        move(
          draft,
          payment,
          { attempt: event.data.attempt, payout, cycle },
          { planned_at: recordedAt, revision },
        ),
        remove(draft, { payout }),
      ];
    }
    case "PayoutRejected": {
      const { payout, cycle } = payoutOf(stream);
      return [remove(payment, { payout, cycle })];
    }
    case "BatchFormed": {
      const payout = payoutOf(stream);
      const { batchId, items } = event.data;
      return items.map(({ obligation, sent, transactionFee, allocationFee }) => {
        const amounts = { sent, transaction_fee: transactionFee, allocation_fee: allocationFee };
        return patch(payment, keyIn(payout, obligation), {
          result: "batched",
          batch_id: batchId,
          ...amounts,
          revision,
        });
      });
    }
    case "BatchDissolved": {
      const { cycle } = payoutOf(stream);
      const { batchId } = event.data;
      return [patch(payment, { batch_id: batchId, cycle }, { ...untouched, result: "planned", revision })];
    }
    case "BatchSettled": {
      const payout = payoutOf(stream);
      return event.data.results.map((result) => settled(payout, result, { revision, recordedAt }));
    }
    case "ObligationsCarried": {
      const payout = payoutOf(stream);
      const { reason, obligations } = event.data;
      const carried = { result: "carried" as const, reason, settled_at: recordedAt, revision };
      return obligations.map((id) => patch(payment, keyIn(payout, id), carried));
    }
    case "ObligationHeld": {
      const { obligation, reason } = event.data;
      const held = { result: "held" as const, reason, settled_at: recordedAt, revision };
      return [patch(payment, keyIn(payoutOf(stream), obligation), held)];
    }
    case "ObligationReleased": {
      const { obligation, recipient } = event.data;
      const key = keyIn(payoutOf(stream), obligation);
      return [patch(payment, key, { ...untouched, result: "planned", recipient, revision })];
    }
    case "ObligationPaidOutside": {
      const { obligation, operation, sent } = event.data;
      const paid = { result: "paid" as const, reason: "paid outside", settled_at: recordedAt, revision };
      const how = { sent, transaction_fee: 0n, allocation_fee: 0n, operation_hash: operation };
      return [patch(payment, keyIn(payoutOf(stream), obligation), { ...paid, ...how })];
    }
    case "OperationSigned": {
      const { hash, batchId, payment: payout } = event.data;
      if (batchId === null || payout === null) return [];
      const { cycle } = payoutOf(payout);
      const signed = { result: "signed" as const, operation_hash: hash, signed_at: recordedAt };
      return [patch(payment, { batch_id: batchId, cycle }, { ...signed, wallet_position: position })];
    }
    case "OperationIncluded": {
      const { hash, level } = event.data;
      const included = { result: "included" as const, level, included_at: recordedAt };
      return [patch(payment, { operation_hash: hash }, { ...included, wallet_position: position })];
    }
    case "OperationReorganised": {
      const { hash } = event.data;
      const dropped = { result: "signed" as const, level: null, included_at: null };
      return [patch(payment, { operation_hash: hash }, { ...dropped, wallet_position: position })];
    }
    case "OperationFinalised": {
      const { hash, level } = event.data;
      return [patch(payment, { operation_hash: hash }, { level, wallet_position: position })];
    }
    case "OperationProvenDead": {
      const dead = { ...unsigned, result: "batched" as const, wallet_position: position };
      return [patch(payment, { operation_hash: event.data.hash }, dead)];
    }
    default:
      return [];
  }
};

export const paymentProjection: Projection = {
  name: "payment",
  version: 3,
  tables: [payment, draft],
  apply,
};
