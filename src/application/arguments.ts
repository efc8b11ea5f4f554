// The vocabulary of commands: texts that people type, as the domain's values.
import {
  type Address,
  address,
  asCycle,
  type Cycle,
  type StreamName,
  type TzAddress,
  tzAddress,
} from "../domain/identifiers.js";

export { type Address, type Cycle, type TzAddress } from "../domain/identifiers.js";
export { describeRefusal } from "../domain/reward/refusals.js";

/** Undefined: the text is not a cycle's number. */
export const cycleFrom = (text: string): Cycle | undefined =>
  /^(0|[1-9][0-9]{0,6})$/.test(text) ? asCycle(Number(text)) : undefined;

/** Undefined: the text is not a tz1-tz4 address. */
export const bakerFrom = (text: string): TzAddress | undefined => tzAddress.safeParse(text).data;

/** Undefined: the text is not the address of any account. */
export const addressFrom = (text: string): Address | undefined => address.safeParse(text).data;

/** Any text names a stream; one that does not exist has no events. */
export const streamFrom = (text: string): StreamName => text as StreamName;
