import { paymentIn } from "../../../src/application/aggregates.js";
import { streamName } from "../../../src/domain/identifiers.js";
import { type Row } from "../../../src/readmodel/projection.js";
import { elementsOf, ends, type Events, type Expected, nameOf, paidCycleOf } from "./walk.js";

const PAYMENT = paymentIn(streamName("payment", "any"));

/** Where the operation that carries a batch stands, by the wallets' events alone. */
const operationsOf = (
  events: Events,
): ReadonlyMap<string, { hash: string; isIncluded: boolean } | undefined> => {
  const batches = new Map<string, { hash: string; isIncluded: boolean } | undefined>();
  for (const { event } of events) {
    if (event.type === "OperationSigned" && event.data.batchId !== null)
      batches.set(event.data.batchId, { hash: event.data.hash, isIncluded: false });
    for (const [batchId, operation] of batches) {
      if (!operation || !("hash" in event.data) || event.data.hash !== operation.hash) continue;
      if (event.type === "OperationProvenDead") batches.set(batchId, undefined);
      if (event.type === "OperationIncluded") operation.isIncluded = true;
      if (event.type === "OperationReorganised") operation.isIncluded = false;
    }
  }
  return batches;
};

/** Every obligation of every plan that stands. */
export const paymentRowsOf = (events: Events): Expected => {
  const operations = operationsOf(events);
  const rows = [...ends(events, PAYMENT)].flatMap(([stream, { obligations, batches }]) =>
    [...obligations.values()].map(({ id, delegator, recipient, due, status }): Row => {
      const batchId = status.at === "batched" ? status.batchId : undefined;
      const operation = operations.get(batchId ?? "");
      const item = batches.get(batchId ?? "")?.items.find(({ obligation }) => obligation === id);
      const underWay = operation?.isIncluded ? "included" : "signed";
      const result = { open: "planned", batched: operation ? underWay : "batched" } as const;
      return {
        obligation: `${nameOf(stream)}/${id}`,
        payout: nameOf(stream),
        baker: elementsOf(stream)[0],
        cycle: paidCycleOf(stream),
        kind: id.split(":")[0],
        ...{ delegator, recipient, due },
        sent: status.at === "paid" ? status.sent : (item?.sent ?? null),
        result: status.at === "open" || status.at === "batched" ? result[status.at] : status.at,
        // What was held after its operation keeps that one's hash.
        ...(status.at === "held"
          ? {}
          : { operation_hash: status.at === "paid" ? status.operation : (operation?.hash ?? null) }),
      };
    }),
  );
  return { payment: rows };
};

/** Every payout of which a plan was written. */
export const payoutsOf = (events: Events): Expected => {
  const at = (stream: string, type: string) =>
    events.findLast((one) => one.stream === stream && one.event.type === type);
  const rows = [...ends(events, PAYMENT)].flatMap(([stream, state]) => {
    const planned = at(stream, "PayoutPlanned");
    const newest = planned?.event.type === "PayoutPlanned" ? planned.event.data : undefined;
    if (!planned || !newest) return [];
    const { completed, rejected, approval } = state;
    const done = completed ? "completed" : "planned";
    const kind = /_(bond|batch)_/.exec(stream)?.[1] ?? "cycle";
    return [
      {
        ...{ payout: nameOf(stream), baker: elementsOf(stream)[0], cycle: paidCycleOf(stream), kind },
        // A plan that is being written waits already.
        ...(approval && !state.plan ? {} : { state: state.plan ? done : "rejected" }),
        ...{ plan: newest.plan, digest: newest.digest, obligations: newest.count, due: newest.sum },
        ...{ taken: newest.taken, carried: newest.carried, kept: newest.kept },
        ...{ approved_by: approval?.approvedBy ?? null },
        ...{ rejected_by: rejected?.actor ?? null, rejected_reason: rejected?.reason ?? null },
        ...{ paid: completed?.paid ?? null, left_carried: completed?.carried ?? null },
        ...{ held: completed?.held ?? null, network_fees: completed?.networkFees ?? null },
        ...{ position: planned.position, planned_at: planned.recordedAt },
        completed_at: at(stream, "PayoutCompleted")?.recordedAt ?? null,
      },
    ];
  });
  return { payouts: rows };
};
