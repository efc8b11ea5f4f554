import { inputsOf } from "../../src/application/reward-reply.js";
import { asCycle } from "../../src/domain/identifiers.js";
import { type InputsOutcome } from "../../src/domain/reward/inputs.js";
import { type InputRefusal } from "../../src/domain/reward/refusals.js";
import { addressOf } from "./rewards.js";

export const FINISHED = { headLevel: 102, lastLevel: 100 };
export const row = (n: number, delegatedBalance: unknown): Record<string, unknown> => ({
  address: addressOf(n),
  delegatedBalance,
  emptied: false,
});
/** A reply in today's shape that passes every check. */
export const REPLY: Readonly<Record<string, unknown>> = {
  cycle: 1000,
  ownDelegatedBalance: 11,
  externalDelegatedBalance: 700,
  ownStakedBalance: 13,
  delegatorsCount: 2,
  futureBlocks: 0,
  blockRewardsDelegated: 1,
  attestationRewardsDelegated: 2,
  dalAttestationRewardsDelegated: 3,
  blockFees: 4,
  nonceRevelationRewardsDelegated: 5,
  vdfRevelationRewardsDelegated: 6,
  blockRewardsStakedOwn: 99,
  delegators: [row(0, 400), row(1, 300)],
};
export const without = (field: string) =>
  Object.fromEntries(Object.entries(REPLY).filter(([key]) => key !== field));

export const readPages = (pages: readonly string[], levels = FINISHED): InputsOutcome =>
  inputsOf(asCycle(1000), { pages, ...levels });
export const read = (reply: object, levels = FINISHED) => readPages([JSON.stringify(reply)], levels);
export const refusals = (outcome: InputsOutcome): readonly InputRefusal[] =>
  "refused" in outcome ? outcome.refused : [];
