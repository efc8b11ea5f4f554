import { CODEC, getCodec, ProtocolsHash } from "@taquito/local-forging";
import { encodeOpHash } from "@taquito/utils";
import { type OperationCodec, type UnsignedOperation } from "../../application/ports/chain.js";
import { operationHash, type OperationHash } from "../../domain/identifiers.js";
import { contentFromJson, contentToJson, operationJson } from "./content-json.js";

const { encoder, decoder } = getCodec(CODEC.MANAGER, ProtocolsHash.PtTALLiNt);

/** Amounts, fees and limits are at most 2^63 - 1 in the protocol; the forger itself does not check. */
const MOST = 2n ** 63n - 1n;

const inRange = (amount: bigint): boolean => amount >= 0n && amount <= MOST;

const assertRanges = ({ contents }: UnsignedOperation): void => {
  for (const content of contents) {
    const amounts = [content.fee, content.counter, content.gasLimit, content.storageLimit];
    if (content.kind === "transaction") amounts.push(content.amount);
    if (!amounts.every(inRange)) throw new RangeError("an amount that no operation can carry");
  }
};

const encode = ({ branch, contents }: UnsignedOperation): string =>
  encoder({ branch, contents: contents.map(contentToJson) });

const LOWER_CASE_HEXADECIMAL = /^[0-9a-f]+$/;

/** Bytes of operations by Taquito's forger. */
export class TezosOperationCodec implements OperationCodec {
  async forge(operation: UnsignedOperation): Promise<string> {
    assertRanges(operation);
    return encode(operation);
  }

  async parse(forged: string): Promise<UnsignedOperation> {
    if (!LOWER_CASE_HEXADECIMAL.test(forged)) throw new RangeError("bytes are written in lower case");
    const { branch, contents } = operationJson.parse(decoder(forged));
    return { branch, contents: contents.map(contentFromJson) };
  }

  hash(signed: string): OperationHash {
    return operationHash.parse(encodeOpHash(signed));
  }
}
