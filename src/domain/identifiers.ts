import { hash } from "node:crypto";
import { z } from "zod";

export type TzAddress = string & z.BRAND<"TzAddress">;
export type ContractAddress = string & z.BRAND<"ContractAddress">;
/** Any account that can receive tez: tz1, tz2, tz3, tz4 or KT1. */
export type Address = TzAddress | ContractAddress;
export type OperationHash = string & z.BRAND<"OperationHash">;
export type BlockHash = string & z.BRAND<"BlockHash">;
export type ChainId = string & z.BRAND<"ChainId">;
export type ProtocolHash = string & z.BRAND<"ProtocolHash">;
export type Cycle = number & z.BRAND<"Cycle">;
export type Level = number & z.BRAND<"Level">;
/** A manager counter: consumed by every operation content of an account, never reused. */
export type Counter = bigint & z.BRAND<"Counter">;
/** Hexadecimal SHA-256. */
export type Digest = string & z.BRAND<"Digest">;
/** Name of a stream: `category-element_element`. */
export type StreamName = string & z.BRAND<"StreamName">;

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const VALUE_OF = new Map([...ALPHABET].map((symbol, value) => [symbol.charCodeAt(0), value]));
/** Symbols whose value together is an exact number: large integers are slow, and needed once for so many. */
const AT_ONCE = 9;

const sha256 = (bytes: Uint8Array): Buffer => hash("sha256", bytes, "buffer");

/** Value of a text in base 58; undefined if a symbol is none. */
const valueOf = (text: string): bigint | undefined => {
  let value = 0n;
  for (let from = 0; from < text.length; from += AT_ONCE) {
    const end = Math.min(text.length, from + AT_ONCE);
    let part = 0;
    for (let at = from; at < end; at += 1) {
      const digit = VALUE_OF.get(text.charCodeAt(at));
      if (digit === undefined) return undefined;
      part = part * 58 + digit;
    }
    value = value * BigInt(58 ** (end - from)) + BigInt(part);
  }
  return value;
};

/** Bytes of a base58check text, or undefined if a symbol or the checksum is wrong. */
const base58CheckDecode = (text: string): Buffer | undefined => {
  const value = valueOf(text);
  if (value === undefined) return undefined;
  const hex = value.toString(16);
  const zeros = /^1*/.exec(text)?.[0].length ?? 0;
  const body = Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
  const bytes = Buffer.concat([Buffer.alloc(zeros), value === 0n ? Buffer.alloc(0) : body]);
  if (bytes.length < 5) return undefined;
  const payload = bytes.subarray(0, -4);
  return sha256(sha256(payload)).subarray(0, 4).equals(bytes.subarray(-4)) ? payload : undefined;
};

/** Prefix bytes and payload length: Octez `src/lib_crypto/base58.ml`. */
const KINDS = {
  tz1: { prefix: [6, 161, 159], length: 20 },
  tz2: { prefix: [6, 161, 161], length: 20 },
  tz3: { prefix: [6, 161, 164], length: 20 },
  tz4: { prefix: [6, 161, 166], length: 20 },
  KT1: { prefix: [2, 90, 121], length: 20 },
  operation: { prefix: [5, 116], length: 32 },
  block: { prefix: [1, 52], length: 32 },
  chain: { prefix: [87, 82, 0], length: 4 },
  protocol: { prefix: [2, 170], length: 32 },
} as const;

const isKind = (text: string, ...kinds: (keyof typeof KINDS)[]): boolean => {
  const payload = base58CheckDecode(text);
  if (payload === undefined) return false;
  return kinds.some((kind) => {
    const { prefix, length } = KINDS[kind];
    return payload.length === prefix.length + length && prefix.every((byte, i) => payload[i] === byte);
  });
};

/** Remembers up to so many texts that were found right: the same ones come again and again. */
const remembering = (most: number, check: (text: string) => boolean) => {
  const known = new Set<string>();
  return (text: string): boolean => {
    if (known.has(text)) return true;
    if (!check(text)) return false;
    if (known.size >= most) known.clear();
    known.add(text);
    return true;
  };
};

/** A large cycle names 60,000. */
const ADDRESSES = 200_000;
const HASHES = 1_000;

const isTz = remembering(
  ADDRESSES,
  (text) => /^tz[1-4]/.test(text) && isKind(text, "tz1", "tz2", "tz3", "tz4"),
);
const isContract = remembering(ADDRESSES, (text) => text.startsWith("KT1") && isKind(text, "KT1"));

export const isTzAddress = (text: string): text is TzAddress => isTz(text);
export const isContractAddress = (text: string): text is ContractAddress => isContract(text);
export const isAddress = (text: string): text is Address => isTz(text) || isContract(text);

export const tzAddress = z.custom<TzAddress>(
  (v) => typeof v === "string" && isTz(v),
  "not a tz1-tz4 address",
);
export const address = z.custom<Address>((v) => typeof v === "string" && isAddress(v), "not a Tezos address");

const hashOf = <T extends string>(kind: keyof typeof KINDS) => {
  const isHash = remembering(HASHES, (text) => isKind(text, kind));
  return z.custom<T>((v) => typeof v === "string" && isHash(v), `not a ${kind} hash`);
};
export const operationHash = hashOf<OperationHash>("operation");
export const blockHash = hashOf<BlockHash>("block");
export const chainId = hashOf<ChainId>("chain");
export const protocolHash = hashOf<ProtocolHash>("protocol");

export const cycleNumber = z.number().int().min(0).brand<"Cycle">();
export const level = z.number().int().min(0).brand<"Level">();
export const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<"Digest">();
/** JSON form of a counter: a plain decimal string. */
export const counterCodec = z.codec(z.string().regex(/^(0|[1-9][0-9]*)$/), z.bigint().brand<"Counter">(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
});

export const asCycle = (value: number): Cycle => cycleNumber.parse(value);
export const asLevel = (value: number): Level => level.parse(value);
export const asCounter = (value: bigint): Counter => value as Counter;

/**
 * Joins a category and its elements; `-` ends the category, `_` separates elements. Throws RangeError on a part
 * that holds one of them, or nothing: two lists of parts never give one name.
 */
export const streamName = (category: string, ...elements: (string | number)[]): StreamName => {
  const wrong = [category, ...elements].find((part) => !/^[^-_]+$/.test(`${part}`));
  if (wrong !== undefined || elements.length === 0)
    throw new RangeError(`"${wrong}" cannot be part of a stream's name`);
  return `${category}-${elements.join("_")}` as StreamName;
};

/** Category and elements of a stream's name. */
export const parseStreamName = (stream: string): { category: string; elements: string[] } => {
  const at = stream.indexOf("-");
  return at < 0
    ? { category: stream, elements: [] }
    : { category: stream.slice(0, at), elements: stream.slice(at + 1).split("_") };
};
