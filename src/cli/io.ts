import { InvalidArgumentError } from "commander";
import { readFile } from "node:fs/promises";
import {
  type Address,
  addressFrom,
  bakerFrom,
  type BasisPoints,
  basisPointsFrom,
  changeFrom,
  type Cycle,
  cycleFrom,
  type Digest,
  digestFrom,
  hashFrom,
  idFrom,
  type Mutez,
  type OperationHash,
  mutezFrom,
  referenceFrom,
  type TzAddress,
} from "../application/arguments.js";
import { amountFrom } from "../application/transfer-file.js";
import { CommandEnd, EXIT } from "./exit.js";

/** Standard output is for data alone; everything else goes to standard error. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
export const tell = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const passOverClosedPipe = (error: NodeJS.ErrnoException): void => {
  if (error.code !== "EPIPE") throw error;
};

/** A reader that went away (`| head`) is no failure of ours: what it does not read is dropped. */
export const surviveClosedPipe = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.off("error", passOverClosedPipe).on("error", passOverClosedPipe);
};

/** Aborted by Ctrl-C or SIGTERM; a second one does not interrupt the orderly end. */
export const untilStopped = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => controller.abort());
  return controller.signal;
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

/** What was read from an argument; undefined ends the command as a usage error. */
export const orRefuse = <T>(value: T | undefined, problem: string): T => {
  if (value === undefined) throw new InvalidArgumentError(problem);
  return value;
};

export const toCycle = (text: string): Cycle => orRefuse(cycleFrom(text), "a cycle is a whole number.");
export const toBaker = (text: string): TzAddress => orRefuse(bakerFrom(text), "not a tz1-tz4 address.");
export const toAddress = (text: string): Address => orRefuse(addressFrom(text), "not a Tezos address.");
export const toAmount = (text: string): Mutez =>
  orRefuse(amountFrom(text), "an amount has its unit: 12.5tez or 12500000mutez.");
export const toId = (text: string): string => orRefuse(idFrom(text), "an id has letters, digits and dots.");
export const toChange = (text: string): Mutez =>
  orRefuse(changeFrom(text), "a change is a whole number of mutez with its sign, + or -.");
export const toMutez = (text: string): Mutez =>
  orRefuse(mutezFrom(text), "a whole number of mutez; 1 tez is 1000000.");
export const toBasisPoints = (text: string): BasisPoints =>
  orRefuse(basisPointsFrom(text), "a whole number of basis points from 0 to 10000; 500 is 5 %.");
export const toDigest = (text: string): Digest =>
  orRefuse(digestFrom(text), "a digest has 64 hexadecimal digits.");
export const toReference = (text: string): string =>
  orRefuse(referenceFrom(text), "a reference is a text of up to 200 characters.");
export const toHash = (text: string): OperationHash =>
  orRefuse(hashFrom(text), "not the hash of an operation.");
