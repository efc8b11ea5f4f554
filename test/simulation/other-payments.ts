import { parseStreamName, type StreamName, streamName } from "../../src/domain/identifiers.js";
import { type Obligation } from "../../src/domain/payment/events.js";
import * as Payment from "../../src/domain/payment/payment.js";
import { dataOf } from "../support/world/events.js";
import { type World } from "../support/world/world.js";

/** Whether a payment stream is a bond pool's, a settlement's or a transfer's. */
export const isOther = (stream: string): boolean =>
  stream.startsWith("payment-") && Payment.cycleOfStream(stream) === undefined;

/** The cycle that a bond pool's payment shares; undefined of any other. */
export const cycleOfBond = (stream: string): number | undefined => {
  const cycle = /_bond_(\d+)$/.exec(stream)?.[1];
  return cycle === undefined ? undefined : Number(cycle);
};

export const toStreamName = (stream: string): StreamName => {
  const { category, elements } = parseStreamName(stream);
  return streamName(category, ...elements);
};

/** What each payment that is no cycle's owes by its plan, in the order in which they were planned. */
export const otherPayments = (world: World): ReadonlyMap<StreamName, readonly Obligation[]> => {
  const writing = new Map<string, readonly Obligation[]>();
  const planned = new Map<StreamName, readonly Obligation[]>();
  for (const { stream, event } of world.events()) {
    if (!isOther(stream)) continue;
    if (event.type === "ObligationsAdded")
      writing.set(stream, [...(writing.get(stream) ?? []), ...event.data.rows]);
    if (event.type === "PayoutPlanned")
      planned.set(toStreamName(stream), (writing.get(stream) ?? []).slice(-event.data.count));
  }
  return planned;
};

/** What was taken for single delegators, and did not come back. */
export const settlements = (world: World) => {
  const returned = dataOf(world, "SettlementReturned");
  return dataOf(world, "SettlementTaken").filter(
    ({ delegator, number }) => !returned.some((one) => one.delegator === delegator && one.number === number),
  );
};
