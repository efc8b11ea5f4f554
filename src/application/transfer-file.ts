// A file of transfers, as people write it: one receiver a line, the amount's unit in the header.
import { parse } from "csv-parse/sync";
import { sha256 } from "../domain/digest.js";
import { address, type Digest } from "../domain/identifiers.js";
import { type Mutez, mutez } from "../domain/money.js";
import { type TransferRow } from "../domain/payment/transfers.js";

const AMOUNT = /^(\d+)(?:\.(\d+))?$/;
/** More than all tez there are. */
const TOO_MUCH = 10_000_000_000_000_000n;

/** Mutez, or what is wrong with the text. */
const amountIn = (unit: string, text: string): Mutez | string => {
  if (text === "") return "the amount is missing";
  const [, whole = "", fraction = ""] = AMOUNT.exec(text) ?? [];
  if (whole === "") return `"${text}" is not an amount of ${unit}`;
  if (unit === "mutez" && fraction !== "") return `"${text}" is a fraction of a mutez`;
  if (fraction.length > 6) return `"${text}" is a fraction of a mutez: a tez has six decimals`;
  const amount = unit === "tez" ? BigInt(whole + fraction.padEnd(6, "0")) : BigInt(whole);
  if (amount === 0n) return "the amount is 0";
  return amount < TOO_MUCH ? mutez(amount) : `"${text}" is more ${unit} than there are`;
};

/**
 * `12.5tez` or `12500000mutez`, or what is wrong with the text; so with a bare number: a slip of the unit is a slip by
 * a million.
 */
export const amountFrom = (text: string): Mutez | string => {
  const [, digits = "", unit = ""] = /^([\d.]+) ?(tez|mutez)$/.exec(text) ?? [];
  return unit === "" ? "an amount has its unit: 12.5tez or 12500000mutez" : amountIn(unit, digits);
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
    if (to === "") problems.push(`line ${line}: the address is missing`);
    else if (receiver === undefined) problems.push(`line ${line}: "${to}" is not an address`);
    else if (typeof amount === "string") problems.push(`line ${line}: ${amount}`);
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
