import { InvalidArgumentError } from "commander";
import {
  type Address,
  addressFrom,
  bakerFrom,
  type Cycle,
  cycleFrom,
  type TzAddress,
} from "../application/arguments.js";

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
    } else
      print(
        `${indent}${name}: ${typeof field === "string" ? field : typeof field === "object" ? "-" : JSON.stringify(field)}`,
      );
  }
};

export const show = (value: object, options: { readonly json?: boolean }): void =>
  options.json === true ? printJson(value) : printFields(value);

const orRefuse = <T>(value: T | undefined, problem: string): T => {
  if (value === undefined) throw new InvalidArgumentError(problem);
  return value;
};

export const toCycle = (text: string): Cycle => orRefuse(cycleFrom(text), "a cycle is a whole number.");
export const toBaker = (text: string): TzAddress => orRefuse(bakerFrom(text), "not a tz1-tz4 address.");
export const toAddress = (text: string): Address => orRefuse(addressFrom(text), "not a Tezos address.");
