// A file of transfers, as people write it: one receiver a line, the amount's unit in the header.
import { parse } from "csv-parse/sync";
import { sha256 } from "../domain/digest.js";
import { address, type Digest } from "../domain/identifiers.js";
import { type Mutez, mutez } from "../domain/money.js";
import { type TransferRow } from "../domain/payment/transfers.js";

const AMOUNT = /^(\d+)(?:\.(\d{1,6}))?$/;
/** More than all tez there are. */
const TOO_MUCH = 10_000_000_000_000_000n;

/** Undefined: no positive amount of mutez in this unit. */
const amountIn = (unit: string, text: string): Mutez | undefined => {
  const [, whole = "", fraction = ""] = AMOUNT.exec(text) ?? [];
  if (whole === "" || (unit === "mutez" && fraction !== "")) return undefined;
  const amount = unit === "tez" ? BigInt(whole + fraction.padEnd(6, "0")) : BigInt(whole);
  return amount > 0n && amount < TOO_MUCH ? mutez(amount) : undefined;
};

/** `12.5tez` or `12500000mutez`; a bare number is undefined: a slip of the unit is a slip by a million. */
export const amountFrom = (text: string): Mutez | undefined => {
  const [, digits = "", unit = ""] = /^([\d.]+) ?(tez|mutez)$/.exec(text) ?? [];
  return amountIn(unit, digits);
};

export interface TransferFile {
  readonly rows: readonly TransferRow[];
  /** SHA-256 of the file: the id of what it pays. */
  readonly digest: Digest;
}

/** Reads a file with the columns `address` and `tez` or `mutez`; answers every problem with its line. */
export const readTransferFile = (bytes: Buffer): TransferFile | { readonly problems: readonly string[] } => {
  const lines = linesOf(bytes);
  if ("problems" in lines) return lines;
  const [header = [], ...records] = lines.records;
  const unit = header[1] ?? "";
  if (header[0] !== "address" || (unit !== "tez" && unit !== "mutez") || header.length > 2)
    return { problems: ["line 1: the columns must be address,tez or address,mutez"] };
  const problems: string[] = [];
  const rows: TransferRow[] = [];
  const seen = new Map<string, number>();
  records.forEach(([to = "", text = "", ...more], i) => {
    const line = i + 2;
    const receiver = address.safeParse(to).data;
    const amount = amountIn(unit, text);
    const first = seen.get(to);
    seen.set(to, first ?? line);
    if (receiver === undefined) problems.push(`line ${line}: "${to}" is not an address`);
    else if (amount === undefined) problems.push(`line ${line}: "${text}" is not an amount of ${unit}`);
    else if (more.length > 0) problems.push(`line ${line}: more than two columns`);
    else if (first !== undefined) problems.push(`line ${line}: ${to} stands in line ${first} already`);
    else rows.push({ to: receiver, amount });
  });
  if (problems.length > 0) return { problems };
  return rows.length > 0 ? { rows, digest: sha256(bytes) } : { problems: ["it names no receiver"] };
};

const linesOf = (
  bytes: Buffer,
): { readonly records: readonly (readonly string[])[] } | { readonly problems: readonly string[] } => {
  try {
    const options = { bom: true, trim: true, skipEmptyLines: true, relaxColumnCount: true } as const;
    return { records: parse(bytes, options) };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
};
