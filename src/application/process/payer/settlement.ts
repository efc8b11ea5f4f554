// What a final operation means for the obligations that it was to pay (PAYMENT section 6).
import { type OperationHash } from "../../../domain/identifiers.js";
import { sumOf } from "../../../domain/money.js";
import { type BatchItem, type ItemResult } from "../../../domain/payment/events.js";
import { type ContentResult } from "../../../domain/wallet/events.js";
import { isPayersFault } from "./errors.js";

/** What one content of a final operation means for the obligation it was to pay. */
const itemResult = (item: BatchItem, result: ContentResult | undefined, alone: boolean): ItemResult => {
  const { obligation } = item;
  if (result?.status === "applied") return { obligation, result: "paid" };
  const own = (result?.errors ?? []).filter((id) => !isPayersFault(id));
  if (own.length > 0) return { obligation, result: "held", error: own.join(", ") };
  const blameless = result === undefined || result.errors.length > 0 || !alone;
  return blameless
    ? { obligation, result: "returned" }
    : { obligation, result: "held", error: `${result.status} without an error` };
};

/** What a batch's final operation did, as its payment stream says it. */
export const settlementOf = (
  batchId: string,
  items: readonly BatchItem[],
  fate: { readonly hash: OperationHash; readonly results: readonly ContentResult[] },
) => ({
  batchId,
  operation: fate.hash,
  results: items.map((item, i) => itemResult(item, fate.results[i], items.length === 1)),
  fee: sumOf(fate.results, ({ fee }) => fee),
  burn: sumOf(fate.results, ({ burn }) => burn),
});
