import { canonicalJson, type Json, sha256 } from "../digest.js";
import { type TzAddress } from "../identifiers.js";
import { type Mutez } from "../money.js";
import { type Allocation } from "./allocate.js";
import { type AllocatedRow } from "./events.js";
import { type RewardInputs } from "./inputs.js";
import { type Policy, printPolicy } from "./policy.js";
import { INCOME_KINDS } from "./policy-codec.js";

const printRow = (row: AllocatedRow) => ({
  delegator: row.delegator,
  recipient: row.recipient,
  balance: row.balance.toString(),
  gross: row.gross.toString(),
  feeBps: row.feeBps,
  fee: row.fee.toString(),
  net: row.net.toString(),
  status: row.status,
  reason: row.reason,
});

/**
 * An allocation as `cycle compute` prints it (ALLOCATION section 6): amounts are decimal strings of mutez. `digest`
 * is over the RFC 8785 form of all but itself and the engine's version: same input and policy, same digest.
 */
export const printAllocation = (computation: {
  readonly baker: TzAddress;
  readonly inputs: RewardInputs;
  readonly policy: Policy;
  readonly delegationLimit: number | undefined;
  readonly allocation: Allocation;
}) => {
  const { baker, inputs, policy, delegationLimit, allocation } = computation;
  const text = (amount: Mutez) => amount.toString();
  const result = {
    policy: printPolicy(policy, delegationLimit),
    pool: {
      total: text(allocation.pool),
      byKind: Object.fromEntries(INCOME_KINDS.map((kind) => [kind, text(allocation.poolByKind[kind])])),
    },
    balances: {
      ownDelegated: text(inputs.ownDelegated),
      externalDelegated: text(inputs.externalDelegated),
      ownStaked: text(inputs.ownStaked),
      delegators: inputs.delegatorsCount,
    },
    bakerShare: text(allocation.bakerShare),
    feeTotal: text(allocation.feeTotal),
    distributed: text(allocation.distributed),
    carried: text(allocation.carried),
    kept: text(allocation.kept),
    dust: text(allocation.dust),
    delegators: allocation.rows.map(printRow),
  };
  const place = { baker, cycle: inputs.cycle, source: "tzkt" } as const;
  const digest = sha256(canonicalJson({ ...place, ...result } satisfies Json));
  return { ...place, engineVersion: allocation.engineVersion, digest, ...result };
};
export type ComputedCycle = ReturnType<typeof printAllocation>;
