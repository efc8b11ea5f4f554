import { InvalidArgumentError } from "commander";
import {
  address,
  type Address,
  asCycle,
  type Cycle,
  tzAddress,
  type TzAddress,
} from "../domain/identifiers.js";

/** Standard output is for data alone; everything else goes to standard error. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
export const tell = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const bigints = (_: string, value: unknown): unknown =>
  typeof value === "bigint" ? value.toString() : value;

/** One JSON object on standard output. */
export const printJson = (value: unknown): void => print(JSON.stringify(value, bigints, 2));

/** `name: value` lines, nested objects indented. */
export const printFields = (value: object, indent = ""): void => {
  for (const [name, field] of Object.entries(value) as [string, unknown][]) {
    if (typeof field === "object" && field !== null && Object.keys(field).length > 0) {
      print(`${indent}${name}:`);
      printFields(field, `${indent}  `);
    } else print(`${indent}${name}: ${typeof field === "object" ? "-" : String(field)}`);
  }
};

export const show = (value: object, options: { readonly json?: boolean }): void =>
  options.json === true ? printJson(value) : printFields(value);

export const toCycle = (text: string): Cycle => {
  if (!/^(0|[1-9][0-9]{0,6})$/.test(text)) throw new InvalidArgumentError("a cycle is a whole number.");
  return asCycle(Number(text));
};

export const toBaker = (text: string): TzAddress => {
  const read = tzAddress.safeParse(text);
  if (!read.success) throw new InvalidArgumentError("not a tz1-tz4 address.");
  return read.data;
};

export const toAddress = (text: string): Address => {
  const read = address.safeParse(text);
  if (!read.success) throw new InvalidArgumentError("not a Tezos address.");
  return read.data;
};
