import { Router } from "express";
import { type Json } from "../../domain/digest.js";
import { type Address } from "../../domain/identifiers.js";
import constants from "../data/ushuaia-constants.json" with { type: "json" };
import { isContract } from "../model/application.js";
import { type Rules } from "../model/rules.js";
import { type Account, type BakerProfile, type Block, type ChainError } from "../model/types.js";
import { type Sandbox } from "../sandbox.js";
import { levelInfo } from "./blocks.js";
import { addressOf, blockOf, notFound, refuse, send } from "./http.js";

/** The node's constants: those that the chain obeys, and Ushuaia's own for the rest. */
const constantsOf = ({ constants: rules }: Rules): Json => ({
  ...constants,
  blocks_per_cycle: rules.blocksPerCycle,
  minimal_block_delay: rules.minimalBlockDelaySeconds.toString(),
  max_operations_time_to_live: rules.maxOperationsTimeToLive,
  hard_gas_limit_per_operation: rules.hardGasLimitPerOperation.toString(),
  hard_gas_limit_per_block: rules.hardGasLimitPerBlock.toString(),
  hard_storage_limit_per_operation: rules.hardStorageLimitPerOperation.toString(),
  max_operation_data_length: rules.maxOperationDataLength,
  cost_per_byte: rules.costPerByte.toString(),
  origination_size: Number(rules.originationSize),
  limit_of_delegation_over_baking: rules.limitOfDelegationOverBaking,
});

interface Subject {
  readonly address: Address;
  /** Undefined for an implicit account that is not allocated; contracts that are missing answer 404. */
  readonly account: Account | undefined;
  readonly balance: string;
  /** An account not allocated shows the counter that it would start from. */
  readonly counter: string;
}

const subjectOf = ({ chain }: Sandbox, block: Block, text: string): Subject => {
  const address = addressOf(text);
  const account = chain.account(address, block.hash);
  if (account === undefined && isContract(address)) throw notFound();
  const counter = account?.counter ?? chain.globalCounter(block.hash) ?? 0n;
  return { address, account, balance: (account?.balance ?? 0n).toString(), counter: counter.toString() };
};

const implicit =
  (answer: (subject: Subject) => Json | undefined) =>
  (subject: Subject): Json | undefined =>
    isContract(subject.address) ? undefined : answer(subject);

/** `context/contracts/{address}` and below; nobody on this chain stakes, so balances are all spendable. */
const CONTRACT_FIELDS: Readonly<Record<string, (subject: Subject) => Json | undefined>> = {
  balance: ({ balance }) => balance,
  spendable: ({ balance }) => balance,
  spendable_and_frozen_bonds: ({ balance }) => balance,
  full_balance: ({ balance }) => balance,
  staked_balance: ({ account }) => (account?.delegate === undefined ? null : "0"),
  unstake_requests: () => null,
  counter: implicit(({ counter }) => counter),
  manager_key: implicit(({ account }) => account?.publicKey ?? null),
  delegate: ({ account }) => account?.delegate,
};

const contractInfo = ({ address, account, balance, counter }: Subject): Json => ({
  balance,
  ...(account?.delegate !== undefined && { delegate: account.delegate }),
  ...(isContract(address)
    ? { script: { code: [], storage: { prim: "Unit" } } }
    : { counter, revealed: account?.publicKey !== undefined }),
});

const notRegistered = (pkh: string): ChainError => ({
  layer: "protocol",
  kind: "temporary",
  id: "delegate.not_registered",
  fields: { pkh },
});

const delegateInfo = (sandbox: Sandbox, block: Block, baker: BakerProfile): Json => {
  const delegated = baker.delegators.reduce((sum, { balance }) => sum + balance, 0n);
  const total = baker.ownDelegated + delegated;
  const power = baker.ownStaked + total / 3n;
  const cycle = sandbox.chain.cycleOf(block.level);
  return {
    deactivated: false,
    is_forbidden: false,
    participation: {
      expected_cycle_activity: 0,
      minimal_cycle_activity: 0,
      missed_slots: 0,
      missed_levels: 0,
      remaining_allowed_missed_slots: 0,
      expected_attesting_rewards: baker.income.attestations.toString(),
    },
    dal_participation: {
      expected_assigned_shards_per_slot: 0,
      delegate_attested_dal_slots: 0,
      delegate_attestable_dal_slots: 0,
      expected_dal_rewards: baker.income.dal.toString(),
      sufficient_dal_participation: true,
      denounced: false,
    },
    grace_period: cycle + 3,
    active_staking_parameters: {
      limit_of_staking_over_baking_millionth: 0,
      edge_of_baking_over_staking_billionth: 1000000000,
    },
    pending_staking_parameters: [],
    baking_power: power.toString(),
    total_staked: baker.ownStaked.toString(),
    total_delegated: total.toString(),
    min_delegated_in_current_cycle: {
      amount: total.toString(),
      level: levelInfo(sandbox, sandbox.chain.cycleLevels(cycle).first),
    },
    own_full_balance: (baker.ownStaked + baker.ownDelegated).toString(),
    own_staked: baker.ownStaked.toString(),
    own_delegated: baker.ownDelegated.toString(),
    external_staked: "0",
    external_delegated: delegated.toString(),
    total_unstaked_per_cycle: [],
    denunciations: [],
    estimated_shared_pending_slashed_amount: "0",
    staking_denominator: "0",
    current_voting_power: power.toString(),
    voting_power: power.toString(),
    voting_info: { voting_power: power.toString(), remaining_proposals: 20 },
    consensus_key: { active: { pkh: baker.address } },
    companion_key: { active: null },
    stakers: [],
    delegators: baker.delegators.map(({ address }) => address),
  };
};

/** `/chains/main/blocks/{block_id}/context`. */
export const contextRoutes = (sandbox: Sandbox): Router => {
  const router = Router();
  const { genesis } = sandbox.chain;

  router.get("/:block/context/constants", (request, response) => {
    blockOf(sandbox, request.params.block);
    send(response, constantsOf(genesis.rules));
  });
  router.get("/:block/context/contracts/:address", (request, response) => {
    const block = blockOf(sandbox, request.params.block);
    send(response, contractInfo(subjectOf(sandbox, block, request.params.address)));
  });
  router.get("/:block/context/contracts/:address/:field", (request, response) => {
    const block = blockOf(sandbox, request.params.block);
    const subject = subjectOf(sandbox, block, request.params.address);
    send(response, CONTRACT_FIELDS[request.params.field]?.(subject));
  });
  router.get("/:block/context/delegates", (request, response) => {
    blockOf(sandbox, request.params.block);
    send(
      response,
      genesis.bakers.map(({ address }) => address),
    );
  });
  router.get("/:block/context/delegates/:pkh", (request, response) => {
    const block = blockOf(sandbox, request.params.block);
    const address = addressOf(request.params.pkh);
    const baker = genesis.bakers.find((each) => each.address === address);
    if (baker === undefined) throw refuse([notRegistered(address)]);
    send(response, delegateInfo(sandbox, block, baker));
  });
  return router;
};
