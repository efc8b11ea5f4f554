import { InvalidArgumentError } from "commander";
import { readFile } from "node:fs/promises";
import {
  type Address,
  addressFrom,
  bakerFrom,
  type Cycle,
  cycleFrom,
  type TzAddress,
} from "../application/arguments.js";
import { CommandEnd, EXIT } from "./exit.js";

/** Standard output is for data alone; everything else goes to standard error. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
export const tell = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** A reader that went away (`| head`) is no failure of ours: what it does not read is dropped. */
export const surviveClosedPipe = (): void => {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
};

/** Amounts and counters are bigints in memory, decimal strings in JSON. */
const asText = (_: string, value: unknown): unknown => (typeof value === "bigint" ? value.toString() : value);

/** JSON on one line. */
export const jsonLine = (value: unknown): string => JSON.stringify(value, asText);

/** One JSON object on standard output. */
export const printJson = (value: unknown): void => print(JSON.stringify(value, asText, 2));

const isNested = (field: unknown): field is object =>
  typeof field === "object" && field !== null && Object.keys(field).length > 0;

const inWords = (field: unknown): string => {
  if (typeof field === "string") return field;
  return typeof field === "object" || field === undefined ? "-" : jsonLine(field);
};

/** `name: value` lines, nested objects indented. */
const printFields = (value: object, indent = ""): void => {
  for (const [name, field] of Object.entries(value) as [string, unknown][]) {
    if (!isNested(field)) print(`${indent}${name}: ${inWords(field)}`);
    else {
      print(`${indent}${name}:`);
      printFields(field, `${indent}  `);
    }
  }
};

export interface Json {
  readonly json?: true;
}

/** Data, for a program or for a person. */
export const show = (value: object, { json }: Json): void => (json ? printJson(value) : printFields(value));

/** A file that a person names. Ends the command as a usage error if it is not there or no JSON. */
export const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, "utf8")) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandEnd(EXIT.usage, `cannot read ${path}: ${reason}`);
  }
};

const orRefuse = <T>(value: T | undefined, problem: string): T => {
  if (value === undefined) throw new InvalidArgumentError(problem);
  return value;
};

export const toCycle = (text: string): Cycle => orRefuse(cycleFrom(text), "a cycle is a whole number.");
export const toBaker = (text: string): TzAddress => orRefuse(bakerFrom(text), "not a tz1-tz4 address.");
export const toAddress = (text: string): Address => orRefuse(addressFrom(text), "not a Tezos address.");
