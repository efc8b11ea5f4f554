// What goes into a batch, what it costs and with which limits: pure arithmetic on simulated contents.
import {
  type Address,
  asCounter,
  type BlockHash,
  type Counter,
  isContractAddress,
  type TzAddress,
} from "../../../domain/identifiers.js";
import { type Mutez, mutez, ZERO } from "../../../domain/money.js";
import { type BatchItem } from "../../../domain/payment/events.js";
import * as Payment from "../../../domain/payment/payment.js";
import {
  type ChainConstants,
  type Content,
  type ContentSimulation,
  type FeeRates,
  type UnsignedOperation,
} from "../../ports/chain.js";
import { type Limits } from "./memory.js";

export interface Transfer {
  readonly recipient: Address;
  readonly amount: Mutez;
}

export interface Candidate {
  readonly obligation: string;
  readonly recipient: Address;
  readonly due: Mutez;
}

/** Gas given beyond what was simulated: a receiver's state may have grown a little meanwhile. */
const SPARE_GAS = 100n;
/** An implicit receiver may be emptied before the block: 257 bytes and some to spare (Taquito asks for 277). */
const IMPLICIT_STORAGE = 277n;

const ceilDiv = (numerator: bigint, divisor: bigint): bigint => (numerator + divisor - 1n) / divisor;
const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Limits for one content, from its simulation; never above the protocol's, which refuses the whole operation. */
export const limitsFor = (
  recipient: Address,
  simulated: ContentSimulation,
  constants: ChainConstants,
): Limits => {
  const gas = ceilDiv(simulated.milligas, 1_000n);
  const storage = simulated.paidStorage + (simulated.allocated ? constants.originationSize : 0n);
  if (!isContractAddress(recipient)) {
    return {
      gasLimit: gas + SPARE_GAS,
      storageLimit: storage > IMPLICIT_STORAGE ? storage : IMPLICIT_STORAGE,
    };
  }
  return {
    gasLimit: lesser(ceilDiv(gas * 11n, 10n) + SPARE_GAS, constants.hardGasLimitPerOperation),
    storageLimit: lesser(ceilDiv(storage * 11n, 10n), constants.hardStorageLimitPerOperation),
  };
};

/** Limits for a simulation that is to find out what is used: everything the block allows, shared evenly. */
export const widestLimits = (count: number, constants: ChainConstants): Limits => {
  const share = constants.hardGasLimitPerBlock / BigInt(count);
  return {
    gasLimit: lesser(share, constants.hardGasLimitPerOperation),
    storageLimit: constants.hardStorageLimitPerOperation,
  };
};

const BRANCH_BYTES = 32;
/** Tags of the content and of its lack of parameters, source and destination. */
const TRANSFER_BYTES = 1 + 21 + 22 + 1;
/** What no fee of a content needs more of: it is below 2.1 tez. */
const FEE_BYTES = 3;

/** Of a number as operations carry it, seven bits a byte. */
const bytesOf = (natural: bigint): number => Math.ceil(natural.toString(2).length / 7);

/**
 * Bytes of the unsigned operation of transfers with counters from `after` + 1 and fees of the widest form (Octez
 * `operation_repr.ml`).
 */
export const sizeOf = (transfers: readonly Transfer[], limits: readonly Limits[], after: Counter): number => {
  const numbers = transfers.map(({ amount }, i) => {
    const { gasLimit = 0n, storageLimit = 0n } = limits[i] ?? {};
    const all = [after + BigInt(i) + 1n, gasLimit, storageLimit, amount];
    return all.reduce((bytes, each) => bytes + bytesOf(each), FEE_BYTES);
  });
  return numbers.reduce((bytes, each) => bytes + TRANSFER_BYTES + each, BRANCH_BYTES);
};

/** The signature's bytes, which are paid for too. */
const SIGNATURE_BYTES = 64n;

/**
 * Fee of each content in mutez: an even share of the operation's base and bytes, and the content's own gas.
 * In sum 1.2 x the node's minimum (Octez `mempool.ml`), x 1.5 for each proven death of the batch.
 */
export const feesFor = (
  bytes: number,
  limits: readonly Limits[],
  rates: FeeRates,
  deaths: number,
): readonly Mutez[] => {
  const count = BigInt(limits.length);
  const shared = rates.minimalFee * 1_000n + rates.nanotezPerByte * (BigInt(bytes) + SIGNATURE_BYTES);
  const scale = 12n * 3n ** BigInt(deaths);
  const divisor = 10n * 2n ** BigInt(deaths) * 1_000n;
  return limits.map(({ gasLimit }) =>
    mutez(ceilDiv((ceilDiv(shared, count) + rates.nanotezPerGasUnit * gasLimit) * scale, divisor)),
  );
};

/** An operation of transfers with counters from `after` + 1. */
export const transfersOperation = (
  source: TzAddress,
  branch: BlockHash,
  after: Counter,
  transfers: readonly Transfer[],
  limits: readonly Limits[],
  fees: readonly Mutez[],
): UnsignedOperation => ({
  branch,
  contents: transfers.map(({ recipient, amount }, i): Content => ({
    kind: "transaction",
    source,
    fee: fees[i] ?? ZERO,
    counter: asCounter(after + BigInt(i) + 1n),
    gasLimit: limits[i]?.gasLimit ?? 0n,
    storageLimit: limits[i]?.storageLimit ?? 0n,
    amount,
    destination: recipient,
  })),
});

/** How many of the contents, from the first, fit into half a block's gas. */
export const fitting = (simulated: readonly ContentSimulation[], constants: ChainConstants): number => {
  const most = (constants.hardGasLimitPerBlock / 2n) * 1_000n;
  let used = 0n;
  let count = 0;
  for (const { milligas } of simulated) {
    used += milligas;
    if (used > most && count > 0) break;
    count += 1;
  }
  return count;
};

export interface Composed {
  readonly items: readonly BatchItem[];
  readonly limits: readonly Limits[];
  /** Obligations whose own fees would eat them up. */
  readonly tooSmall: readonly string[];
}

/** Takes the receivers' fees off, under the plan's terms. `fees` and `simulated` belong to the candidates in order. */
export const composeItems = (
  state: Payment.State,
  candidates: readonly Candidate[],
  simulated: readonly ContentSimulation[],
  fees: readonly Mutez[],
  constants: ChainConstants,
): Composed => {
  const { plan } = state;
  const allocation = mutez(constants.originationSize * constants.costPerByte);
  const charged = chargedRecipients(state);
  const items: BatchItem[] = [];
  const limits: Limits[] = [];
  const tooSmall: string[] = [];
  candidates.forEach(({ obligation, recipient, due }, i) => {
    const content = simulated[i];
    if (!content) return;
    const transactionFee = plan?.transactionFeePaidBy === "delegator" ? (fees[i] ?? ZERO) : ZERO;
    const burns = plan?.allocationFeePaidBy === "delegator" && content.allocated && !charged.has(recipient);
    const allocationFee = burns ? allocation : ZERO;
    const sent = mutez(due - transactionFee - allocationFee);
    if (sent <= 0n) {
      tooSmall.push(obligation);
      return;
    }
    items.push({ obligation, sent, transactionFee, allocationFee });
    limits.push(limitsFor(recipient, content, constants));
  });
  return { items, limits, tooSmall };
};

/** Recipients whose allocation a batch that is not settled yet already charges for. */
const chargedRecipients = (state: Payment.State): ReadonlySet<Address> => {
  const charged = new Set<Address>();
  for (const [, batch] of Payment.openBatches(state)) {
    for (const item of batch.items) {
      const recipient = state.obligations.get(item.obligation)?.recipient;
      if (item.allocationFee > 0n && recipient) charged.add(recipient);
    }
  }
  return charged;
};
