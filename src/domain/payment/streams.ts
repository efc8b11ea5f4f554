// How payment streams are named: of a cycle, its bond pool, and what a person asked for or the ledger owed.
import {
  address,
  type Address,
  asCycle,
  type Cycle,
  parseStreamName,
  type StreamName,
  streamName,
  type TzAddress,
} from "../identifiers.js";
import { type ObligationKind } from "./events.js";

export const cycleStream = (baker: TzAddress, cycle: Cycle) => streamName("payment", baker, cycle);
/** Of money that belongs to no cycle. `id`: letters, digits and dots. */
export const batchStream = (baker: TzAddress, id: string) => streamName("payment", baker, "batch", id);
const SETTLEMENT = "settle.";
/** Whether an id of a batch is one of a settlement's. */
export const isSettlementId = (id: string): boolean => id.startsWith(SETTLEMENT);
/** Whose `number`-th settlement a payment is; undefined of another's. */
export const settlementOf = (stream: string): { delegator: Address; number: number } | undefined => {
  const [, delegator, number] = /_batch_settle\.(\w+)\.(\d+)$/.exec(stream) ?? [];
  const owed = address.safeParse(delegator);
  return owed.success ? { delegator: owed.data, number: Number(number) } : undefined;
};
/** Of what the ledger owed to one delegator, for the `number`-th time. */
export const settlementStream = (baker: TzAddress, delegator: Address, number: number) =>
  batchStream(baker, `${SETTLEMENT}${delegator}.${number}`);
/** Of what a cycle leaves to the bond pool. */
export const bondStream = (baker: TzAddress, cycle: Cycle) => streamName("payment", baker, "bond", cycle);

/** Whether a payment is a person's own word, with amounts that the log did not owe. */
export const isOwnWord = (stream: string): boolean => {
  const [, kind, id] = parseStreamName(stream).elements;
  return kind === "batch" && id !== undefined && !isSettlementId(id);
};

/** What a payment's obligations are owed for where only a receiver is named. */
export const kindIn = (stream: string): ObligationKind => {
  const { elements } = parseStreamName(stream);
  const [, kind = "", id] = elements;
  if (id === undefined || isSettlementId(id)) return "delegator";
  return kind === "bond" ? "member" : "receiver";
};

/** Whether a payment's stream is that of money that belongs to no cycle. */
export const isBatchStream = (stream: string): boolean => parseStreamName(stream).elements[1] === "batch";

/** The cycle of a cycle's payment stream; undefined of another's. */
export const cycleOfStream = (stream: string): Cycle | undefined => {
  const { elements } = parseStreamName(stream);
  return elements.length === 2 ? asCycle(Number(elements[1])) : undefined;
};

/** The payment stream that a batch belongs to: a batch's id begins with its name. Undefined of a delegation's. */
export const streamOfBatch = (batchId: string): StreamName | undefined => {
  const { category, elements } = parseStreamName(batchId.slice(0, Math.max(0, batchId.lastIndexOf("/"))));
  return category === "payment" ? streamName(category, ...elements) : undefined;
};
