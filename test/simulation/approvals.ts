// Ceilings that plans are above, and a person's word on those that wait.
import { type Acts } from "../../src/application/commands/acts.js";
import { recomputeCycle } from "../../src/application/commands/cycles.js";
import { approvePayout, rejectPayout } from "../../src/application/commands/payouts.js";
import { setPolicy } from "../../src/application/commands/policy.js";
import { sha256 } from "../../src/domain/digest.js";
import { type Digest, type StreamName } from "../../src/domain/identifiers.js";
import { dataOf } from "../support/world/events.js";
import { type World } from "../support/world/world.js";
import { type Chance } from "./chance.js";
import { before } from "./calendar.js";
import { toStreamName } from "./other-payments.js";
import { drawFile } from "./policies.js";

/** Below what a cycle of these worlds comes to, about it, and out of reach. */
const drawCeilings = (chance: Chance) => ({
  operation: chance.oneOf(["1500000", "4000000", "50000000000"]),
  cycle: chance.oneOf(["5000000", "12000000", "100000000000"]),
  deviationFromLastCyclesPct: chance.oneOf([0, 2, 900]),
  operationFee: chance.oneOf(["5000000", "5000000", "5000000", "5000000", "900"]),
});

export type ApprovalsAct =
  /** With the policy, as it stands in a file; what it does not name is as on the first day. */
  | {
      readonly act: "ceilings";
      readonly file: Partial<ReturnType<typeof drawFile>> & {
        readonly ceilings: Partial<ReturnType<typeof drawCeilings>>;
      };
    }
  /** `nth` of the plans that wait. `stale`: by another plan's digest. */
  | { readonly act: "approve" | "reject"; readonly nth: number; readonly stale: boolean }
  /** `cycle`: how many before the running one. */
  | { readonly act: "recompute"; readonly cycle: number };

export const drawApprovalsAct = (act: ApprovalsAct["act"], chance: Chance): ApprovalsAct => {
  switch (act) {
    case "ceilings":
      return { act, file: { ...drawFile(chance), ceilings: drawCeilings(chance) } };
    case "approve":
    case "reject":
      return { act, nth: chance.below(4), stale: chance.happens(0.25) };
    case "recompute":
      return { act, cycle: chance.oneOf([0, 1, 1, 1, 2]) };
  }
};

/** Plans that wait for a person's word, by payment. */
export const awaited = (world: World): ReadonlyMap<StreamName, Digest> => {
  const waiting = new Map<StreamName, Digest>();
  for (const { stream, event } of world.events()) {
    if (event.type === "PayoutAwaitsApproval") waiting.set(toStreamName(stream), event.data.planDigest);
    if (event.type === "PayoutApproved" || event.type === "PayoutRejected")
      waiting.delete(toStreamName(stream));
  }
  return waiting;
};

const anotherThan = (world: World, digest: Digest): Digest =>
  dataOf(world, "PayoutPlanned").find((plan) => plan.digest !== digest)?.digest ?? sha256("another plan");

export const carryOutApprovals = async (world: World, acts: Acts, what: ApprovalsAct): Promise<void> => {
  switch (what.act) {
    case "ceilings":
      return setPolicy(acts, what.file);
    case "recompute":
      return recomputeCycle(acts, before(world, what.cycle), "looks odd");
    case "approve":
    case "reject": {
      const plans = [...awaited(world)];
      const [payment, digest] = plans[what.nth % plans.length] ?? [];
      if (payment === undefined || digest === undefined) return;
      const shown = what.stale ? anotherThan(world, digest) : digest;
      return what.act === "approve"
        ? approvePayout(acts, payment, shown)
        : rejectPayout(acts, payment, shown, "looks odd");
    }
  }
};
