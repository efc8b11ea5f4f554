import { createHash } from "node:crypto";
import { b58Encode, PrefixV2 } from "@taquito/utils";
import { asCycle, tzAddress, type TzAddress } from "../../src/domain/identifiers.js";
import { mutez, sumOf } from "../../src/domain/money.js";
import { type DelegatorBalance, type RewardInputs } from "../../src/domain/reward/inputs.js";
import { type Policy, policyWith, resolvePolicy } from "../../src/domain/reward/policy.js";

/** The n-th of an endless row of valid addresses. */
export const addressOf = (n: number): TzAddress => {
  const hash = createHash("sha256").update(`account ${n}`).digest().subarray(0, 20);
  return tzAddress.parse(b58Encode(hash, PrefixV2.Ed25519PublicKeyHash));
};

export const delegator = (n: number, balance: bigint, emptied = false): DelegatorBalance => ({
  delegator: addressOf(n),
  balance: mutez(balance),
  emptied,
});

/** Inputs of a cycle whose only income is of one kind, unless told otherwise. */
export const inputsWith = (
  rows: readonly DelegatorBalance[],
  given: {
    readonly own?: bigint;
    readonly staked?: bigint;
    readonly income?: Partial<RewardInputs["income"]>;
  } = {},
): RewardInputs => ({
  cycle: asCycle(1000),
  income: {
    blocks: mutez(0n),
    attestations: mutez(0n),
    dal: mutez(0n),
    blockFees: mutez(0n),
    nonceRevelations: mutez(0n),
    vdfRevelations: mutez(0n),
    ...given.income,
  },
  ownDelegated: mutez(given.own ?? 0n),
  externalDelegated: sumOf(rows, (row) => row.balance),
  ownStaked: mutez(given.staked ?? 0n),
  delegatorsCount: rows.length,
  rows,
});

/** The policy of a file that must be accepted. */
export const policyOf = (file: object): Policy => {
  const read = resolvePolicy(file);
  if ("refused" in read) throw new Error(JSON.stringify(read.refused));
  return policyWith(read.allocation, read.terms);
};
