import { z } from "zod";
import { type Content } from "../../application/ports/chain.js";
import {
  address,
  blockHash,
  counterCodec,
  isContractAddress,
  operationHash,
  protocolHash,
  tzAddress,
  type ContractAddress,
  type TzAddress,
} from "../../domain/identifiers.js";
import { mutezCodec } from "../../domain/money.js";
import { type ChainRecord, type Genesis } from "./types.js";

/** JSON form of a natural number that may be large: a plain decimal string. */
const natural = z.codec(z.string().regex(/^(0|[1-9][0-9]*)$/), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
});
const contractAddress = z.custom<ContractAddress>((v) => typeof v === "string" && isContractAddress(v));
const noDelegate = z.codec(tzAddress.nullable(), z.custom<TzAddress | undefined>(), {
  decode: (value) => value ?? undefined,
  encode: (value) => value ?? null,
});

/** What a contract does, as JSON. */
export const script = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("accepts"), milligas: natural, storageBytes: natural }),
  z.strictObject({ kind: z.literal("refuses") }),
  z.strictObject({ kind: z.literal("burns-gas") }),
  z.strictObject({ kind: z.literal("bad-parameter") }),
  z.strictObject({ kind: z.literal("no-default-entrypoint") }),
]);

const manager = {
  source: tzAddress,
  fee: mutezCodec,
  counter: counterCodec,
  gasLimit: natural,
  storageLimit: natural,
};
const content: z.ZodType<Content, unknown> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("transaction"), ...manager, amount: mutezCodec, destination: address }),
  z.strictObject({ kind: z.literal("reveal"), ...manager, publicKey: z.string() }),
  z.strictObject({ kind: z.literal("delegation"), ...manager, delegate: noDelegate }),
]);

const operation = z.strictObject({
  hash: operationHash,
  branch: blockHash,
  contents: z.array(content),
  sizeBytes: z.number().int(),
  signature: z.string(),
});

const intervention = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("credit"), address, amount: natural }),
  z.strictObject({ kind: z.literal("empty"), address: tzAddress }),
  z.strictObject({ kind: z.literal("originate"), address: contractAddress, balance: natural, script }),
  z.strictObject({ kind: z.literal("script"), address: contractAddress, script }),
]);

/** One step of a chain as JSON: amounts, counters and gas are decimal strings. */
export const chainRecord: z.ZodType<ChainRecord, unknown> = z.strictObject({
  drop: z.number().int().min(0),
  blocks: z.array(
    z.strictObject({
      hash: blockHash,
      timestamp: z.string(),
      round: z.number().int(),
      operations: z.array(operation),
      interventions: z.array(intervention),
    }),
  ),
});

const constants = z.strictObject({
  protocol: protocolHash,
  blocksPerCycle: z.number().int().positive(),
  minimalBlockDelaySeconds: z.number(),
  maxOperationsTimeToLive: z.number().int().positive(),
  hardGasLimitPerOperation: natural,
  hardGasLimitPerBlock: natural,
  hardStorageLimitPerOperation: natural,
  maxOperationDataLength: z.number().int(),
  costPerByte: mutezCodec,
  originationSize: natural,
  limitOfDelegationOverBaking: z.number().int(),
});

/** What a chain starts from, as JSON. */
export const genesisSchema: z.ZodType<Genesis, unknown> = z.strictObject({
  name: z.string(),
  timestamp: z.string(),
  rules: z.strictObject({
    constants,
    fees: z.strictObject({ minimalFee: mutezCodec, nanotezPerGasUnit: natural, nanotezPerByte: natural }),
    historyBlocks: z.number().int().positive(),
  }),
  baker: tzAddress,
  accounts: z.array(
    z.strictObject({
      address,
      balance: natural,
      counter: natural.optional(),
      publicKey: z.string().optional(),
      delegate: tzAddress.optional(),
      script: script.optional(),
    }),
  ),
  bakers: z.array(
    z.strictObject({
      address: tzAddress,
      ownDelegated: mutezCodec,
      ownStaked: mutezCodec,
      delegators: z.array(z.strictObject({ address, balance: mutezCodec })),
      income: z.strictObject({
        blocks: mutezCodec,
        attestations: mutezCodec,
        dal: mutezCodec,
        blockFees: mutezCodec,
        nonceRevelations: mutezCodec,
        vdfRevelations: mutezCodec,
      }),
    }),
  ),
});
