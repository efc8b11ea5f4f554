import { rewardOf } from "../../../src/application/aggregates.js";
import { asCycle } from "../../../src/domain/identifiers.js";
import { BAKER } from "../payouts.js";
import { elementsOf, ends, type Events, type Expected } from "./walk.js";

/** The rows of every allocation that stands. */
export const rewardsOf = (events: Events): Expected => ({
  rewards: [...ends(events, rewardOf(BAKER, asCycle(0)))].flatMap(([stream, { allocation }]) =>
    (allocation?.rows ?? []).map(({ feeBps, ...row }) => ({
      ...row,
      baker: elementsOf(stream)[0],
      cycle: Number(elementsOf(stream)[1]),
      fee_bps: feeBps,
      engine: allocation?.engineVersion,
      digest: allocation?.resultDigest,
    })),
  ),
});
