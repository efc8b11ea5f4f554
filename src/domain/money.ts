import { z } from "zod";

/** An amount in mutez (1 tez = 1,000,000 mutez). Signed: ledger balances may be negative. */
export type Mutez = bigint & z.BRAND<"Mutez">;
/** A rate in basis points, 0..10000 (100 % = 10000). */
export type BasisPoints = number & z.BRAND<"BasisPoints">;

const INTEGER = /^(0|-?[1-9][0-9]*)$/;
const NATURAL = /^(0|[1-9][0-9]*)$/;

/** Brands a bigint as an amount of mutez. */
export const mutez = (value: bigint): Mutez => value as Mutez;
export const ZERO = mutez(0n);

const decimal = (pattern: RegExp, problem: string) =>
  z.codec(z.string(problem).regex(pattern, problem).max(40, problem), z.bigint().brand<"Mutez">(), {
    decode: (text) => BigInt(text),
    encode: (amount) => amount.toString(),
  });

/** JSON form of a signed amount: a plain decimal string of mutez. */
export const signedMutezCodec = decimal(INTEGER, 'must be a text of whole mutez, such as "-1500000"');
/** JSON form of an amount that is never negative: a plain decimal string of mutez. */
export const mutezCodec = decimal(NATURAL, 'must be a text of whole mutez, such as "1500000"');
export const basisPoints = z.number().int().min(0).max(10_000).brand<"BasisPoints">();

/** Sum of one field over rows, in mutez. */
export const sumOf = <T>(rows: Iterable<T>, amount: (row: T) => Mutez): Mutez => {
  let total = 0n;
  for (const row of rows) total += amount(row);
  return mutez(total);
};

export const min = (a: Mutez, b: Mutez): Mutez => (a < b ? a : b);
export const max = (a: Mutez, b: Mutez): Mutez => (a > b ? a : b);

/** Floor division, also for a negative numerator (`/` on bigint truncates). Divisor must be positive. */
export const floorDiv = (numerator: bigint, divisor: bigint): bigint => {
  const quotient = numerator / divisor;
  return numerator % divisor < 0n ? quotient - 1n : quotient;
};

/** Nearest integer, exactly one half down. Divisor must be positive. */
export const roundHalfDown = (numerator: bigint, divisor: bigint): bigint =>
  -floorDiv(-2n * numerator + divisor, 2n * divisor);
