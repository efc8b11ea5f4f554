// The world of a run's shape: its chain, its baker's delegators, and what the wallet has.
import { DEFAULT_RULES } from "../../src/sandbox/model/rules.js";
import { type Script as ContractScript } from "../../src/sandbox/model/types.js";
import { modelGenesis, PAYER, someContract } from "../support/chain-model.js";
import { addressOf, policyOf } from "../support/rewards.js";
import { World } from "../support/world/world.js";
import { CONTRACTS, type Shape } from "./shape.js";
import { gasFor } from "./upgrades.js";

/** Delegators that are contracts. */
export const contracts = Array.from({ length: CONTRACTS }, (_, n) => someContract(`changes its mind ${n}`));

/** So that a list has several pages. */
const PAGE_ROWS = 3;
/** Balances whose shares a fee eats up, or the burn of a new account. */
const TINY = [300_000n, 40_000_000n];

export const worldOf = (shape: Shape): World => {
  const { delegators, funds, perBatch, ttl, blocksPerCycle, minimumPayout, belowMinimumPayout, feesPaidBy } =
    shape;
  const implicit = Array.from({ length: delegators - CONTRACTS }, (_, n) => ({
    address: addressOf(n),
    balance: TINY[n] ?? 1_000_000_000n + 777_777_777n * BigInt(n),
  }));
  const { constants } = DEFAULT_RULES;
  const rules = {
    ...DEFAULT_RULES,
    constants: {
      ...constants,
      blocksPerCycle,
      maxOperationsTimeToLive: ttl,
      ...gasFor(perBatch),
    },
  };
  const policy = policyOf({
    minimumPayout,
    belowMinimumPayout,
    transactionFeePaidBy: feesPaidBy,
    allocationFeePaidBy: feesPaidBy,
  }).allocation;
  const accounts = [
    ...implicit.filter((_, n) => n % 2 === 0).map(({ address }) => ({ address, balance: 1_000_000n })),
    ...contracts.map((address) => ({ address, balance: 0n, script: SCRIPTS.accepting })),
  ];
  const genesis = modelGenesis({ accounts, rules });
  const funded = genesis.accounts.map((account) =>
    account.address === PAYER ? { ...account, balance: BigInt(funds) } : account,
  );
  return new World({
    policy,
    delegators: [...implicit, ...contracts.map((address) => ({ address, balance: 2_000_000_000n }))],
    genesis: { ...genesis, accounts: funded },
    pageRows: PAGE_ROWS,
  });
};

export const SCRIPTS: Readonly<Record<"accepting" | "refusing" | "burning-gas", ContractScript>> = {
  accepting: { kind: "accepts", milligas: 300_000n, storageBytes: 10n },
  refusing: { kind: "refuses" },
  "burning-gas": { kind: "burns-gas" },
};
