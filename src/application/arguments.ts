// The vocabulary of commands: texts that people type, as the domain's values.
import { z } from "zod";
import {
  type Address,
  address,
  asCycle,
  asLevel,
  type Cycle,
  digest,
  type Digest,
  type Level,
  operationHash,
  type OperationHash,
  type StreamName,
  type TzAddress,
  tzAddress,
} from "../domain/identifiers.js";
import { obligationId, obligationKind } from "../domain/payment/events.js";
import * as Payment from "../domain/payment/payment.js";

export {
  type Address,
  type Cycle,
  type Digest,
  type Level,
  type OperationHash,
  type StreamName,
  type TzAddress,
} from "../domain/identifiers.js";
import { adjustmentReason, recordFormat } from "../domain/ledger/ledger.js";
import { type BasisPoints, basisPoints, type Mutez, mutez } from "../domain/money.js";

import { type Position } from "./ports/event-store.js";

export { type Position } from "./ports/event-store.js";
export { type AdjustmentReason, type RecordFormat } from "../domain/ledger/ledger.js";
export {
  type VerifierKey,
  verifierKeyFrom as keyFrom,
  verifierKeyText as keyText,
} from "../domain/proof/note.js";
export { type BasisPoints, type Mutez } from "../domain/money.js";
export { describeRefusal } from "../domain/reward/refusals.js";

/** Undefined: the text is not a cycle's number. */
export const cycleFrom = (text: string): Cycle | undefined =>
  /^(0|[1-9][0-9]{0,6})$/.test(text) ? asCycle(Number(text)) : undefined;

/** Undefined: the text is not a block's level. */
export const levelFrom = (text: string): Level | undefined =>
  /^(0|[1-9][0-9]{0,9})$/.test(text) ? asLevel(Number(text)) : undefined;

/** Undefined: the text is not a tz1-tz4 address. */
export const bakerFrom = (text: string): TzAddress | undefined => tzAddress.safeParse(text).data;

/** Undefined: the text is not the address of any account. */
export const addressFrom = (text: string): Address | undefined => address.safeParse(text).data;

/** Any text names a stream; one that does not exist has no events. */
export const streamFrom = (text: string): StreamName => text as StreamName;

/** Undefined: the text is not a place in a log. */
export const positionFrom = (text: string): Position | undefined =>
  /^(0|[1-9][0-9]{0,18})$/.test(text) ? (BigInt(text) as Position) : undefined;

/** Undefined: the text cannot name money of its own in a stream's name. */
export const idFrom = (text: string): string | undefined =>
  /^[A-Za-z0-9.]{1,64}$/.test(text) ? text : undefined;

/** The payment stream of `750`, `bond_750` or `batch_<id>`; undefined: the text is none of them. */
export const payoutFrom = (baker: TzAddress, text: string): StreamName | undefined => {
  const [kind = "", id = "", ...more] = text.split("_");
  if (more.length > 0) return undefined;
  const cycle = cycleFrom(id === "" ? kind : id);
  if (id === "") return cycle === undefined ? undefined : Payment.cycleStream(baker, cycle);
  if (kind === "bond") return cycle === undefined ? undefined : Payment.bondStream(baker, cycle);
  return kind === "batch" && idFrom(id) !== undefined ? Payment.batchStream(baker, id) : undefined;
};

/**
 * Payment stream and id of an obligation by its name `<payout>/<id>`, and whose share of which cycle it is, if it is one;
 * undefined: the text names no payout of this baker.
 */
export const obligationFrom = (baker: TzAddress, text: string) => {
  const [, owner, payout = "", id = ""] = /^([^_/]+)_([^/]+)\/(.+)$/s.exec(text) ?? [];
  const stream = owner === baker ? payoutFrom(baker, payout) : undefined;
  if (stream === undefined) return undefined;
  const cycle = Payment.cycleOfStream(stream);
  const delegator = addressFrom(/^delegator:(.+)$/s.exec(id)?.[1] ?? "");
  return {
    stream,
    id,
    share: cycle === undefined || delegator === undefined ? undefined : { cycle, delegator },
  };
};

/** The payment stream of money of its own. */
export const batchOf = Payment.batchStream;

/** Undefined: the text is not a whole number of mutez with its sign, which tells a change from a balance. */
export const changeFrom = (text: string): Mutez | undefined =>
  /^[+-](0|[1-9][0-9]{0,17})$/.test(text) ? mutez(BigInt(text)) : undefined;

/** Undefined: the text is not a whole number of mutez. */
export const mutezFrom = (text: string): Mutez | undefined =>
  /^(0|[1-9][0-9]{0,17})$/.test(text) ? mutez(BigInt(text)) : undefined;

/** Undefined: the text is not a whole number from 0 to 10000. */
export const basisPointsFrom = (text: string): BasisPoints | undefined =>
  /^(0|[1-9][0-9]{0,4})$/.test(text) ? basisPoints.safeParse(Number(text)).data : undefined;

/** Undefined: the text is empty or too long to refer to. */
export const referenceFrom = (text: string): string | undefined =>
  /^.{1,200}$/s.test(text.trim()) ? text.trim() : undefined;

export const ADJUSTMENT_REASONS = adjustmentReason.options;
export const RECORD_FORMATS = recordFormat.options;

/** Undefined: the text is not an operation's hash. */
export const hashFrom = (text: string): OperationHash | undefined => operationHash.safeParse(text).data;

/** Undefined: the text is no digest. */
export const digestFrom = (text: string): Digest | undefined => digest.safeParse(text).data;

/**
 * An obligation of a payout: `0=750/tz1...`, `0=batch_rent/tz1...`, or where an address stands for more than one
 * `0=bond_750/manager:tz1...`; undefined: the text says no such thing.
 */
export const claimFrom = (baker: TzAddress, text: string) => {
  const [, content = "", payout = "", named, id = ""] =
    /^(\d{1,4})=([^/]+)\/(?:([a-z]+):)?(.+)$/.exec(text) ?? [];
  const payment = payoutFrom(baker, payout);
  const receiver = addressFrom(id);
  if (payment === undefined || receiver === undefined) return undefined;
  const kind = named === undefined ? Payment.kindIn(payment) : obligationKind.safeParse(named).data;
  return kind && { content: Number(content), payment, obligation: obligationId(kind, receiver) };
};

const instant = z.iso.datetime({ offset: true });

/** Undefined: the text is not a time with its offset, such as 2026-11-30T12:00:00Z. */
export const timeFrom = (text: string): Date | undefined =>
  instant.safeParse(text).success ? new Date(text) : undefined;
