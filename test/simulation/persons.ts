// What people do, as commands whose calls take their turns like everybody's.
import { ActRefused, type Acts } from "../../src/application/commands/acts.js";
import { holdCycle, releaseCycle, skipCycle } from "../../src/application/commands/cycles.js";
import { pauseWallet, resumeWallet, switchMode } from "../../src/application/commands/mode.js";
import { payCycle } from "../../src/application/commands/pay-cycle.js";
import { holdPayment, releasePayment } from "../../src/application/commands/payments.js";
import { ChainUnavailable } from "../../src/application/ports/chain.js";
import { StoreUnavailable } from "../../src/application/ports/event-store.js";
import { SourceUnavailable } from "../../src/application/ports/reward-source.js";
import { gated } from "../support/world/faults.js";
import { actsOf, evidenceOf } from "../support/world/people.js";
import { classifyKnown } from "../support/world/restores/person.js";
import { type World } from "../support/world/world.js";
import { type PersonsAct } from "./acts.js";
import { carryOutApprovals } from "./approvals.js";
import { carryOutBond } from "./bond.js";
import { before } from "./calendar.js";
import { type Logs } from "./logs.js";
import { askAgain, carryOutMoney } from "./money.js";
import { classifyByHand } from "./owner.js";
import { carryOutPolicies } from "./policies.js";
import { type Actor } from "./stage.js";

const carryOut = async (world: World, acts: Acts, what: PersonsAct, logs: Logs): Promise<unknown> => {
  switch (what.act) {
    case "pause":
      return pauseWallet(acts, "somebody wants it so");
    case "resume":
      return resumeWallet(acts);
    case "mode":
      return switchMode(acts, what.mode);
    case "policy":
    case "terms":
    case "clear-terms":
      return carryOutPolicies(world, acts, what);
    case "transfer":
    case "batch":
    case "resume-payment":
    case "hold-other":
    case "release-other":
    case "delegate":
    case "adjust":
    case "settle":
      return carryOutMoney(world, acts, what);
    case "bond-pool":
    case "bond-member":
    case "remove-member":
      return carryOutBond(world, acts, what);
    case "ceilings":
    case "approve":
    case "reject":
    case "recompute":
      return carryOutApprovals(world, acts, what);
    case "hold-cycle":
      return holdCycle(acts, before(world, what.cycle), "somebody wants it so");
    case "release-cycle":
      return releaseCycle(acts, before(world, what.cycle));
    case "skip-cycle":
      return skipCycle(acts, before(world, what.cycle), "somebody wants it so");
    case "pay-cycle":
      return payCycle(acts, before(world, what.cycle), evidenceOf(world), true);
    case "hold-payment":
      return holdPayment(acts, before(world, what.cycle), world.delegator(what.delegator), "looks odd");
    case "release-payment":
      return releasePayment(acts, before(world, what.cycle), world.delegator(what.delegator));
    case "classify":
      if (world.restores > 0) await askAgain(world, acts, logs.claims());
      await classifyKnown(acts, logs.claims());
      return classifyByHand(world, acts, what.pays, logs.claims());
  }
};

const isAnswer = (error: unknown): boolean =>
  error instanceof ActRefused ||
  error instanceof StoreUnavailable ||
  error instanceof ChainUnavailable ||
  error instanceof SourceUnavailable;

/** Carries a command out. That it is refused, or cannot reach what it needs, is an answer like any other. */
export const act = async (world: World, actor: Actor, what: PersonsAct, logs: Logs): Promise<void> => {
  const store = gated(world.store, "store", actor, ["append", "read"]);
  const chain = gated(world.chain, "chain", actor, ["head", "block", "account", "cycleLevels"]);
  try {
    await carryOut(world, actsOf(world, { store, chain }), what, logs);
  } catch (error) {
    if (!isAnswer(error)) throw error;
  }
};
