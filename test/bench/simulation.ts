// How fast the simulation goes.
import { runSeed } from "../simulation/simulation.js";
import { print, say } from "./figure.js";

const SEEDS = 100;

/** A step is one call of one port by a process or a person, or a round in which nobody has anything to do. */
export const benchSimulation = async (): Promise<void> => {
  say(`simulation: seeds 1 to ${SEEDS} ...`);
  const start = performance.now();
  let steps = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const outcome = await runSeed(seed);
    if (outcome.failure !== undefined) throw new Error(`seed ${seed} fails: ${outcome.failure}`);
    steps += outcome.steps;
  }
  const seconds = (performance.now() - start) / 1_000;
  print({
    name: "simulation, invariants checked after each step",
    value: Math.round(steps / seconds),
    unit: "steps/s",
  });
};
