import { CODEC, getCodec, ProtocolsHash } from "@taquito/local-forging";
import { b58Encode, encodeOpHash, PrefixV2, verifySignature } from "@taquito/utils";
import { z } from "zod";
import { type Content } from "../application/ports/chain.js";
import { address, blockHash, counterCodec, operationHash, tzAddress } from "../domain/identifiers.js";
import { mutezCodec } from "../domain/money.js";
import { type Operation } from "./model/types.js";

const natural = z
  .string()
  .regex(/^(0|[1-9][0-9]*)$/)
  .transform((text) => BigInt(text));
const manager = {
  source: tzAddress,
  fee: mutezCodec,
  counter: counterCodec,
  gas_limit: natural,
  storage_limit: natural,
};
/** A call of the default entrypoint with unit, which is what a transfer without parameters is. */
const unit = z.strictObject({
  entrypoint: z.literal("default"),
  value: z.strictObject({ prim: z.literal("Unit") }),
});

const rpcContent = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("transaction"),
    ...manager,
    amount: mutezCodec,
    destination: address,
    parameters: unit.optional(),
  }),
  z.object({ kind: z.literal("reveal"), ...manager, public_key: z.string() }),
  z.object({ kind: z.literal("delegation"), ...manager, delegate: tzAddress.optional() }),
]);

/** An operation as nodes take and give it; contents of the kinds that a payer needs. */
export const rpcOperation = z.object({ branch: blockHash, contents: z.array(rpcContent).min(1) });
export type RpcOperation = z.infer<typeof rpcOperation>;

export const contentsOf = ({ contents }: RpcOperation): Content[] =>
  contents.map((content): Content => {
    const { source, fee, counter, gas_limit: gasLimit, storage_limit: storageLimit } = content;
    const shared = { source, fee, counter, gasLimit, storageLimit };
    switch (content.kind) {
      case "transaction":
        return {
          kind: "transaction",
          ...shared,
          amount: content.amount,
          destination: content.destination,
        };
      case "reveal":
        return { kind: "reveal", ...shared, publicKey: content.public_key };
      case "delegation":
        return { kind: "delegation", ...shared, delegate: content.delegate };
    }
  });

/** The reverse of `contentsOf`, with the fields in the node's order. */
export const contentToRpc = (content: Content) => {
  const { kind, source } = content;
  const head = {
    kind,
    source,
    fee: content.fee.toString(),
    counter: content.counter.toString(),
    gas_limit: content.gasLimit.toString(),
    storage_limit: content.storageLimit.toString(),
  };
  switch (content.kind) {
    case "transaction":
      return { ...head, amount: content.amount.toString(), destination: content.destination };
    case "reveal":
      return { ...head, public_key: content.publicKey };
    case "delegation":
      return content.delegate === undefined ? head : { ...head, delegate: content.delegate };
  }
};

/** Bytes that are not an operation of the kinds known here. */
export class UnreadableOperation extends Error {
  override readonly name = "UnreadableOperation";
}

const SIGNATURE_BYTES = 64;
const { encoder, decoder } = getCodec(CODEC.MANAGER, ProtocolsHash.PtTALLiNt);

/** Signed bytes (hexadecimal) as an operation, with the part that the signature covers. Throws `UnreadableOperation`. */
export const decodeSigned = (hex: string): { readonly operation: Operation; readonly forged: string } => {
  const forged = hex.slice(0, -2 * SIGNATURE_BYTES);
  const signature = hex.slice(-2 * SIGNATURE_BYTES);
  if (!/^([0-9a-f]{2})+$/.test(forged)) throw new UnreadableOperation("not the bytes of a signed operation");
  try {
    const parsed = rpcOperation.parse(decoder(forged));
    const operation: Operation = {
      hash: operationHash.parse(encodeOpHash(hex)),
      branch: parsed.branch,
      contents: contentsOf(parsed),
      sizeBytes: hex.length / 2,
      signature: b58Encode(signature, PrefixV2.GenericSignature),
    };
    return { operation, forged };
  } catch (cause) {
    throw new UnreadableOperation("not an operation that the sandbox knows", { cause });
  }
};

/** Forged bytes (hexadecimal) of an operation given as JSON. */
export const forge = (operation: RpcOperation): string =>
  encoder({ branch: operation.branch, contents: contentsOf(operation).map(contentToRpc) });

/** Whether a signature of forged bytes is that of a public key; generic operations are signed under watermark 3. */
export const isSigned = (forged: string, publicKey: string, signature: string): boolean => {
  try {
    return verifySignature(forged, publicKey, signature, Uint8Array.of(3));
  } catch {
    return false;
  }
};
