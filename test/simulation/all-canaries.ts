import { canaries as ofPaying, type SimulationCanary } from "./canaries.js";
import { fencesCanaries } from "./canaries-fences.js";
import { moneyCanaries } from "./canaries-money.js";
import { otherLogsCanaries } from "./canaries-other-logs.js";
import { proofCanaries } from "./canaries-proofs.js";
import { readSideCanaries } from "./canaries-read-side.js";
import { surroundingsCanaries } from "./canaries-surroundings.js";

/** Every bug that the simulation must see. */
export const canaries: readonly SimulationCanary[] = [
  ...ofPaying,
  ...fencesCanaries,
  ...readSideCanaries,
  ...surroundingsCanaries,
  ...otherLogsCanaries,
  ...moneyCanaries,
  ...proofCanaries,
];
