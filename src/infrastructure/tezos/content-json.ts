import { z } from "zod";
import { type Content } from "../../application/ports/chain.js";
import { address, blockHash, counterCodec, tzAddress } from "../../domain/identifiers.js";
import { mutezCodec } from "../../domain/money.js";

const natural = z
  .string()
  .regex(/^(0|[1-9][0-9]*)$/)
  .transform(BigInt);
const manager = {
  source: tzAddress,
  fee: mutezCodec,
  counter: counterCodec,
  gas_limit: natural,
  storage_limit: natural,
};

/** Contents that TAPS itself makes, and no others: a transfer has no parameters. */
const contentJson = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("transaction"), ...manager, amount: mutezCodec, destination: address }),
  z.strictObject({ kind: z.literal("reveal"), ...manager, public_key: z.string() }),
  z.strictObject({ kind: z.literal("delegation"), ...manager, delegate: tzAddress.optional() }),
]);
export const operationJson = z.strictObject({ branch: blockHash, contents: z.array(contentJson).min(1) });

export const contentFromJson = (json: z.infer<typeof contentJson>): Content => {
  const { source, fee, counter, gas_limit: gasLimit, storage_limit: storageLimit } = json;
  const shared = { source, fee, counter, gasLimit, storageLimit };
  switch (json.kind) {
    case "transaction":
      return { kind: "transaction", ...shared, amount: json.amount, destination: json.destination };
    case "reveal":
      return { kind: "reveal", ...shared, publicKey: json.public_key };
    case "delegation":
      return { kind: "delegation", ...shared, delegate: json.delegate };
  }
};

/** A content as nodes and the forger take it. */
export const contentToJson = (content: Content) => {
  const shared = {
    kind: content.kind,
    source: content.source,
    fee: content.fee.toString(),
    counter: content.counter.toString(),
    gas_limit: content.gasLimit.toString(),
    storage_limit: content.storageLimit.toString(),
  };
  switch (content.kind) {
    case "transaction":
      return { ...shared, amount: content.amount.toString(), destination: content.destination };
    case "reveal":
      return { ...shared, public_key: content.publicKey };
    case "delegation":
      return content.delegate === undefined ? shared : { ...shared, delegate: content.delegate };
  }
};
