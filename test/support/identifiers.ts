import { b58Encode, PrefixV2 } from "@taquito/utils";
import { sha256 } from "../../src/domain/digest.js";
import {
  type BlockHash,
  blockHash,
  type OperationHash,
  operationHash,
  type TzAddress,
  tzAddress,
} from "../../src/domain/identifiers.js";

/** A tz1 address of its own for each name. */
export const addressOf = (name: string | number): TzAddress =>
  tzAddress.parse(b58Encode(sha256(`account ${name}`).slice(0, 40), PrefixV2.Ed25519PublicKeyHash));

export const operationOf = (name: string | number): OperationHash =>
  operationHash.parse(b58Encode(sha256(`operation ${name}`), PrefixV2.OperationHash));

export const blockOf = (name: string | number): BlockHash =>
  blockHash.parse(b58Encode(sha256(`block ${name}`), PrefixV2.BlockHash));
