import { z } from "zod";
import {
  type Chain,
  type ChainConstants,
  ChainUnavailable,
  type FeeRates,
} from "../../application/ports/chain.js";
import { type ProtocolHash } from "../../domain/identifiers.js";
import { mutez } from "../../domain/money.js";

/** The node's constants lack one that TAPS needs: it is not guessed, and nothing is paid on this node. */
export class MissingConstant extends ChainUnavailable {
  override readonly name = "MissingConstant";
  constructor(
    readonly constant: string,
    protocol: ProtocolHash,
  ) {
    super(`the node's constants of ${protocol} have no usable ${constant}`);
  }
}

const whole = z.union([z.number().int(), z.string().regex(/^[0-9]+$/)]).transform(BigInt);

const constants = z.object({
  blocks_per_cycle: whole,
  minimal_block_delay: whole,
  max_operations_time_to_live: whole,
  hard_gas_limit_per_operation: whole,
  hard_gas_limit_per_block: whole,
  hard_storage_limit_per_operation: whole,
  max_operation_data_length: whole,
  cost_per_byte: whole,
  origination_size: whole,
  limit_of_delegation_over_baking: whole,
});

/** Reads `context/constants`. Throws `MissingConstant` with the first name that is missing. */
export const readConstants = (reply: unknown, protocol: ProtocolHash): ChainConstants => {
  const read = constants.safeParse(reply);
  if (!read.success) throw new MissingConstant(String(read.error.issues[0]?.path[0] ?? "object"), protocol);
  const { data } = read;
  return {
    protocol,
    blocksPerCycle: Number(data.blocks_per_cycle),
    minimalBlockDelaySeconds: Number(data.minimal_block_delay),
    maxOperationsTimeToLive: Number(data.max_operations_time_to_live),
    hardGasLimitPerOperation: data.hard_gas_limit_per_operation,
    hardGasLimitPerBlock: data.hard_gas_limit_per_block,
    hardStorageLimitPerOperation: data.hard_storage_limit_per_operation,
    maxOperationDataLength: Number(data.max_operation_data_length),
    costPerByte: mutez(data.cost_per_byte),
    originationSize: data.origination_size,
    limitOfDelegationOverBaking: Number(data.limit_of_delegation_over_baking),
  };
};

/** Undefined if the node's protocol has no such constant: the computation is refused by its name. */
export const limitOnChain = async (chain: Chain): Promise<number | undefined> => {
  try {
    return (await chain.constants((await chain.head()).hash)).limitOfDelegationOverBaking;
  } catch (error) {
    if (error instanceof MissingConstant && error.constant === "limit_of_delegation_over_baking")
      return undefined;
    throw error;
  }
};

const ratio = z.tuple([whole, whole]);
const filter = z.object({
  minimal_fees: whole,
  minimal_nanotez_per_gas_unit: ratio,
  minimal_nanotez_per_byte: ratio,
});

const rounded = ([numerator, denominator]: readonly [bigint, bigint]): bigint =>
  (numerator + denominator - 1n) / denominator;

/** `mempool/filter?include_default=true`; its rates are fractions, rounded up here. */
export const feeRatesReply = filter.transform((read): FeeRates => ({
  minimalFee: mutez(read.minimal_fees),
  nanotezPerGasUnit: rounded(read.minimal_nanotez_per_gas_unit),
  nanotezPerByte: rounded(read.minimal_nanotez_per_byte),
}));
