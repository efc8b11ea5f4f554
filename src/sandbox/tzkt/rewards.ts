import { sha256 } from "../../domain/digest.js";
import { type Cycle } from "../../domain/identifiers.js";
import { sumOf } from "../../domain/money.js";
import { type IncomeKind } from "../../domain/reward/policy-codec.js";
import { type ChainModel } from "../chain-model.js";
import { isContract } from "../model/application.js";
import { type BakerProfile } from "../model/types.js";

/** Cycles whose rights are known: as far ahead as `consensus_rights_delay`. */
const RIGHTS_DELAY = 2;

/** Whether TzKT has anything to say about a cycle yet. */
export const isKnownCycle = (chain: ChainModel, cycle: number): boolean =>
  Number.isSafeInteger(cycle) && cycle >= 0 && cycle <= chain.cycleOf(chain.head.level) + RIGHTS_DELAY;

/** A baker's delegated income of one kind over a whole cycle: its average, up to a tenth more or less. */
const incomeOf = (baker: BakerProfile, cycle: Cycle, kind: IncomeKind): bigint => {
  const chance = BigInt(`0x${sha256(`${baker.address} ${cycle} ${kind}`).slice(0, 8)}`) % 201n;
  return (baker.income[kind] * (900n + chance)) / 1000n;
};

/** One kind of income so far, in mutez, and what of its delegated part is still to come. */
interface Earned {
  readonly delegated: bigint;
  readonly stakedOwn: bigint;
  readonly future: bigint;
}

const earnedOf = (
  chain: ChainModel,
  baker: BakerProfile,
  weighted: bigint,
  cycle: Cycle,
  kind: IncomeKind,
): Earned => {
  const { first, last } = chain.cycleLevels(cycle);
  const done = BigInt(Math.max(0, Math.min(chain.head.level, last) - first + 1));
  const blocks = BigInt(last - first + 1);
  const whole = incomeOf(baker, cycle, kind);
  const delegated = (whole * done) / blocks;
  const stakedOwn = kind === "blockFees" || weighted === 0n ? 0n : (delegated * baker.ownStaked) / weighted;
  return { delegated, stakedOwn, future: whole - delegated };
};

const parts = (name: string, earned: Earned) => ({
  [`${name}RewardsDelegated`]: Number(earned.delegated),
  [`${name}RewardsStakedOwn`]: Number(earned.stakedOwn),
  [`${name}RewardsStakedEdge`]: 0,
  [`${name}RewardsStakedShared`]: 0,
});

const lost = (name: string) => ({
  [`${name}Rewards`]: 0,
  [`${name}LostStaked`]: 0,
  [`${name}LostUnstaked`]: 0,
  [`${name}LostExternalStaked`]: 0,
  [`${name}LostExternalUnstaked`]: 0,
});

/**
 * TzKT's `/v1/rewards/split/{baker}/{cycle}` of today: `future...` is not 0 before the cycle's last block, and
 * incomes grow with the blocks. `emptied` is the state at the head, as TzKT says it.
 */
export const rewardSplit = (
  chain: ChainModel,
  baker: BakerProfile,
  cycle: Cycle,
  page: { readonly offset: number; readonly limit: number },
) => {
  const { first, last } = chain.cycleLevels(cycle);
  const remaining = Math.max(0, last - Math.max(chain.head.level, first - 1));
  const blocks = last - first + 1 - remaining;
  const external = sumOf(baker.delegators, ({ balance }) => balance);
  const weighted = (baker.ownDelegated + external) / 3n;
  const bakingPower = Number(baker.ownStaked + weighted);
  const earned = (kind: IncomeKind) => earnedOf(chain, baker, weighted, cycle, kind);
  const [block, attestation, dal] = [earned("blocks"), earned("attestations"), earned("dal")];
  return {
    cycle,
    ownDelegatedBalance: Number(baker.ownDelegated),
    externalDelegatedBalance: Number(external),
    delegatorsCount: baker.delegators.length,
    ownStakedBalance: Number(baker.ownStaked),
    externalStakedBalance: 0,
    stakersCount: 0,
    issuedPseudotokens: "0",
    bakingPower,
    totalBakingPower: bakingPower,
    expectedBlocks: last - first + 1,
    futureBlocks: remaining,
    futureBlockRewards: Number(block.future),
    blocks,
    ...parts("block", block),
    missedBlocks: 0,
    missedBlockRewards: 0,
    expectedAttestations: 7000 * (last - first + 1),
    futureAttestations: 7000 * remaining,
    futureAttestationRewards: Number(attestation.future),
    attestations: 7000 * blocks,
    ...parts("attestation", attestation),
    missedAttestations: 0,
    missedAttestationRewards: 0,
    expectedDalAttestations: 512 * (last - first + 1),
    futureDalAttestationRewards: Number(dal.future),
    ...parts("dalAttestation", dal),
    missedDalAttestationRewards: 0,
    blockFees: Number(earned("blockFees").delegated),
    missedBlockFees: 0,
    ...lost("doubleBaking"),
    ...lost("doubleConsensus"),
    ...parts("vdfRevelation", earned("vdfRevelations")),
    ...parts("nonceRevelation", earned("nonceRevelations")),
    nonceRevelationLosses: 0,
    delegators: baker.delegators.slice(page.offset, page.offset + page.limit).map((row) => ({
      address: row.address,
      delegatedBalance: Number(row.balance),
      emptied: !isContract(row.address) && (chain.account(row.address)?.balance ?? 0n) === 0n,
    })),
    stakers: [],
    actualStakers: [],
  };
};

/** TzKT's `/v1/cycles/{index}`; times to come are counted from the head at the least block delay. */
export const cycleInfo = (chain: ChainModel, cycle: Cycle) => {
  const { first, last } = chain.cycleLevels(cycle);
  const { bakers, rules } = chain.genesis;
  const time = (level: number): string => {
    const block = chain.block(level);
    if (block !== undefined) return block.timestamp;
    const seconds = (level - chain.head.level) * rules.constants.minimalBlockDelaySeconds;
    return `${new Date(Date.parse(chain.head.timestamp) + 1000 * seconds).toISOString().slice(0, 19)}Z`;
  };
  return {
    index: cycle,
    firstLevel: first,
    startTime: time(first),
    lastLevel: last,
    endTime: time(last),
    snapshotLevel: Math.max(1, first - 1),
    randomSeed: sha256(`seed of ${cycle}`),
    totalBakers: bakers.length,
    totalBakingPower: Number(
      sumOf(bakers, (baker) => baker.ownStaked) +
        bakers.reduce((sum, baker) => sum + sumOf(baker.delegators, ({ balance }) => balance) / 3n, 0n),
    ),
  };
};
