import { b58Encode, PrefixV2 } from "@taquito/utils";
import { type Content, type OperationReader, type UnsignedOperation } from "../../application/ports/chain.js";
import {
  address,
  type Address,
  asCounter,
  blockHash,
  type OperationHash,
  tzAddress,
  type TzAddress,
} from "../../domain/identifiers.js";
import { mutez } from "../../domain/money.js";
import { TezosOperationCodec } from "./forging.js";

/** Tag of a transaction, and of one without parameters (Octez `operation_repr.ml`). */
const TRANSACTION = 108;
const NO_PARAMETERS = 0;
const BRANCH_BYTES = 32;
const HASH_BYTES = 20;
/** By the tag of a key's hash. */
const KEY_PREFIXES = [
  PrefixV2.Ed25519PublicKeyHash,
  PrefixV2.Secp256k1PublicKeyHash,
  PrefixV2.P256PublicKeyHash,
  PrefixV2.BLS12_381PublicKeyHash,
];
const IMPLICIT = 0;
const ORIGINATED = 1;
/** Accounts whose addresses are kept: a large cycle pays 60,000, and the next one the same. */
const KEPT = 200_000;

/** These bytes are not what this reader knows. */
class NotTransfers extends Error {}

class Bytes {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new NotTransfers();
    this.at += 1;
    return byte;
  }

  hex(length: number): string {
    const end = this.at + length;
    if (end > this.bytes.length) throw new NotTransfers();
    const text = this.bytes.toString("hex", this.at, end);
    this.at = end;
    return text;
  }

  /** Seven bits a byte, the lowest first. */
  natural(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  }
}

/**
 * Reads the bytes of signed operations fast: by itself what has nothing but transfers without parameters, all else by
 * the forger's own library. A year's replay reads half a million transfers.
 */
export class TezosOperationReader implements OperationReader {
  private readonly codec = new TezosOperationCodec();
  private readonly sources = new Map<string, TzAddress>();
  private readonly receivers = new Map<string, Address>();

  async parse(forged: string): Promise<UnsignedOperation> {
    try {
      return this.transfers(new Bytes(Buffer.from(forged, "hex")));
    } catch (error) {
      if (!(error instanceof NotTransfers)) throw error;
      return this.codec.parse(forged);
    }
  }

  hash(signed: string): OperationHash {
    return this.codec.hash(signed);
  }

  private transfers(bytes: Bytes): UnsignedOperation {
    const branch = blockHash.parse(b58Encode(bytes.hex(BRANCH_BYTES), PrefixV2.BlockHash));
    const contents: Content[] = [];
    while (!bytes.isAtEnd) contents.push(this.transfer(bytes));
    if (contents.length === 0) throw new NotTransfers();
    return { branch, contents };
  }

  private transfer(bytes: Bytes): Content {
    if (bytes.byte() !== TRANSACTION) throw new NotTransfers();
    const source = remembered(this.sources, bytes.hex(1 + HASH_BYTES), (hex) =>
      tzAddress.parse(implicitOf(hex)),
    );
    const fee = mutez(bytes.natural());
    const counter = asCounter(bytes.natural());
    const gasLimit = bytes.natural();
    const storageLimit = bytes.natural();
    const amount = mutez(bytes.natural());
    const destination = remembered(this.receivers, bytes.hex(2 + HASH_BYTES), (hex) =>
      address.parse(receiverOf(hex)),
    );
    if (bytes.byte() !== NO_PARAMETERS) throw new NotTransfers();
    return { kind: "transaction", source, fee, counter, gasLimit, storageLimit, amount, destination };
  }
}

const remembered = <T>(known: Map<string, T>, hex: string, read: (hex: string) => T): T => {
  const found = known.get(hex);
  if (found !== undefined) return found;
  const value = read(hex);
  if (known.size >= KEPT) known.clear();
  known.set(hex, value);
  return value;
};

const tagOf = (hex: string): number => Number.parseInt(hex.slice(0, 2), 16);

const implicitOf = (hex: string): string => {
  const prefix = KEY_PREFIXES[tagOf(hex)];
  if (prefix === undefined) throw new NotTransfers();
  return b58Encode(hex.slice(2), prefix);
};

/** An originated account has its padding behind it. */
const receiverOf = (hex: string): string => {
  const tag = tagOf(hex);
  if (tag === IMPLICIT) return implicitOf(hex.slice(2));
  if (tag !== ORIGINATED || !hex.endsWith("00")) throw new NotTransfers();
  return b58Encode(hex.slice(2, -2), PrefixV2.ContractHash);
};
