// What the log holds of one payout: the rows, the events that close their lists, and the operation that paid.
import { z } from "zod";
import { type Json } from "../../domain/digest.js";
import { closedRows, type OpenList, withChunk } from "../../domain/event.js";
import {
  type Address,
  digest,
  type OperationHash,
  type StreamName,
  type TzAddress,
} from "../../domain/identifiers.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { type EventStore, type RecordedEvent } from "../ports/event-store.js";

/** A closed list as it was recorded, and the event that closes it. */
export interface ClosedList {
  readonly rows: readonly Json[];
  readonly closing: RecordedEvent;
}

type Reader = Pick<EventStore, "read">;

const chunk = z.object({ attempt: digest, rows: z.array(z.json().transform((row): Json => row)) });
const closing = z.object({ attempt: digest, count: z.number() });

/** The newest list of a stream whose chunks and closing event are of these types; undefined: none is closed. */
export const newestList = async (
  store: Reader,
  stream: StreamName,
  types: { readonly chunk: string; readonly closing: string },
): Promise<ClosedList | undefined> => {
  let open: OpenList<Json> | undefined;
  let list: ClosedList | undefined;
  for await (const event of store.read(stream)) {
    if (event.type === types.chunk) open = withChunk(open, chunk.parse(JSON.parse(event.data)));
    if (event.type !== types.closing) continue;
    list = { rows: closedRows(open, closing.parse(JSON.parse(event.data))), closing: event };
    open = undefined;
  }
  return list;
};

const released = z.object({ obligation: z.string() });

/** The newest release of an obligation, which says where it is sent since. */
export const newestRelease = async (
  store: Reader,
  stream: StreamName,
  obligation: string,
): Promise<RecordedEvent | undefined> => {
  for await (const event of store.read(stream, { direction: "backwards" })) {
    if (event.type !== "ObligationReleased") continue;
    if (released.parse(JSON.parse(event.data)).obligation === obligation) return event;
  }
  return undefined;
};

const delegated = z.object({ delegator: z.string() });

/** Which of the rows is the delegator's; -1: none is. */
export const rowOf = (rows: readonly Json[], delegator: Address): number =>
  rows.findIndex((row) => delegated.safeParse(row).data?.delegator === delegator);

/** The events that signed an operation and said that it is final, in the stream of one of these wallets. */
export const operationEvents = async (
  store: Reader,
  wallets: readonly TzAddress[],
  hash: OperationHash,
): Promise<{ readonly signed: RecordedEvent; readonly final: RecordedEvent } | undefined> => {
  for (const wallet of wallets) {
    let final: RecordedEvent | undefined;
    for await (const event of store.read(Wallet.stream(wallet), { direction: "backwards" })) {
      if (!event.data.includes(hash)) continue;
      if (event.type === "OperationFinalised") final ??= event;
      if (event.type === "OperationSigned" && final) return { signed: event, final };
    }
  }
  return undefined;
};
