// What the table `payment` must say of a payout, told by its stream's own fold.
import type * as Payment from "../../src/domain/payment/payment.js";
import { type Row } from "../../src/readmodel/projection.js";

type Told = readonly unknown[];

const resultOf = (status: Payment.Status): string => (status.at === "open" ? "planned" : status.at);

/** Of each obligation: name, cycle, receiver, due, result, sent, and the operation that paid it. `payout`: as in the table. */
export const toldByFold = (
  payout: string,
  cycle: number | null,
  { obligations, batches }: Payment.State,
): Told[] =>
  [...obligations.values()].map(({ id, recipient, due, status }) => {
    const batchId = status.at === "batched" ? status.batchId : undefined;
    const item = batches.get(batchId ?? "")?.items.find(({ obligation }) => obligation === id);
    const sent = status.at === "paid" ? status.sent : (item?.sent ?? null);
    const operation = status.at === "paid" ? status.operation : undefined;
    return [`${payout}/${id}`, cycle, recipient, due, resultOf(status), sent, operation];
  });

/** The same of rows; how far the wallet has come with a batch is no part of the payment's stream. */
export const toldByRows = (rows: readonly Row[]): Told[] =>
  rows.map(({ obligation, cycle, recipient, due, result, sent, operation_hash: hash }) => {
    const isUnderWay = result === "signed" || result === "included";
    const operation = result === "paid" ? hash : undefined;
    return [obligation, cycle, recipient, due, isUnderWay ? "batched" : result, sent, operation];
  });

export const byName = (a: Told, b: Told): number => (String(a) < String(b) ? -1 : 1);
