// What became of the operations that were to pay one obligation.
import { type Mutez, mutez } from "../../domain/money.js";
import { type BatchItem } from "../../domain/payment/events.js";
import type * as Wallet from "../../domain/wallet/wallet.js";
import { tez } from "../queries/progress.js";
import { type Logged } from "../replay/reading.js";
import { type Operations, type SignedOperation } from "../replay/wallet.js";
import { type Story } from "./story.js";

/** The place of an obligation in its batch. */
export interface InBatch {
  readonly batchId: string;
  readonly index: number;
  readonly item: BatchItem;
}

const fateIn = (event: Wallet.Event, { index, item }: InBatch): string | undefined => {
  switch (event.type) {
    case "OperationRefused":
      return `a node refuses it (${event.data.kind}: ${event.data.errors.join(", ")}), which proves nothing`;
    case "OperationIncluded":
      return `included in block ${event.data.level} (${event.data.block})`;
    case "OperationReorganised":
      return `block ${event.data.level} left the chain: the same bytes go out again`;
    case "OperationFinalised": {
      const result = event.data.contents[index];
      const sent = result?.status === "applied" ? `: ${tez(item.sent)} are paid` : "";
      const errors = result && result.errors.length > 0 ? ` (${result.errors.join(", ")})` : "";
      return `final in block ${event.data.level}: this content is ${result?.status ?? "missing"}${errors}${sent}`;
    }
    case "OperationProvenDead": {
      const { rule, finalLevel } = event.data.proof;
      return `dead: ${rule === "expired" ? "its branch is too old for any block" : "its counter was used by another"}, as final block ${finalLevel} proves`;
    }
    default:
      return undefined;
  }
};

/** Tells of each attempt to pay a batch: when it was signed, under which hash, and how that ended. */
export const tellOperations = (operations: Operations, place: InBatch, story: Story): void => {
  for (const operation of operations.ofBatch(place.batchId)) tellOperation(operation, place, story);
  const voided = operations.voided.get(place.batchId);
  if (voided) story.tell(voided, `the batch is void: ${voided.event.data.reason}`);
};

const tellOperation = ({ signed, fates, payer }: SignedOperation, place: InBatch, story: Story): void => {
  const { hash, branchLevel, firstCounter, ttl } = signed.event.data;
  story.tell(signed, `signed by ${payer} as operation ${hash}`, [
    `content ${place.index}, counter ${firstCounter + BigInt(place.index)}; branch of block ${branchLevel}, valid for ${ttl} blocks`,
  ]);
  for (const fate of fates) tellFate(fate, hash, place, story);
};

const tellFate = (fate: Logged<Wallet.Event>, hash: string, place: InBatch, story: Story): void => {
  const text = fateIn(fate.event, place);
  if (text !== undefined) story.tell(fate, `${hash.slice(0, 12)}...: ${text}`);
};

/** What was due by the item alone. */
export const dueIn = ({ sent, transactionFee, allocationFee }: BatchItem): Mutez =>
  mutez(sent + transactionFee + allocationFee);

export const costsIn = ({ transactionFee, allocationFee }: BatchItem, due: Mutez): string =>
  transactionFee + allocationFee === 0n
    ? `all of ${tez(due)}`
    : `${tez(due)} less ${tez(transactionFee)} for the network and ${tez(allocationFee)} for a new account`;
