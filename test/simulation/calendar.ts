import { asCycle, type Cycle } from "../../src/domain/identifiers.js";
import { type World } from "../support/world/world.js";

/** The cycle that was running so many cycles ago, or the first. */
export const before = ({ model }: World, cycles: number): Cycle =>
  asCycle(Math.max(0, model.cycleOf(model.head.level) - cycles));
