// How soon a payer that is started on a log of years knows what to do.
import { type Environment, Running } from "../support/whole/taps.js";
import { print, say } from "./figure.js";
import { withYears, type WrittenYears, type Years } from "./years.js";

const RUNS = 3;

/** From the program's start until it says for the first time what it waits for, in seconds. */
const timeToDecision = async (env: Environment): Promise<number> => {
  const start = performance.now();
  const payer = Running.start({ ...env, TAPS_ROLES: "worker", LOG_LEVEL: "debug" }, ["start"]);
  try {
    const [, reason] = await payer.logs(/"waiting":\{"reason":"([^"]+)"/);
    if (reason !== "nothing-to-pay") throw new Error(`the payer waits: ${reason}`);
    return (performance.now() - start) / 1_000;
  } finally {
    await payer.stop("SIGTERM");
  }
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

export const benchRestart = (years: Years & { readonly aim: number }): Promise<void> =>
  withYears(years, async ({ name, sandbox, env }: WrittenYears) => {
    const times: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      sandbox.control.bake();
      times.push(await timeToDecision(env));
    }
    say(`${name}: ${times.map((seconds) => seconds.toFixed(2)).join(", ")} s`);
    const value = Math.round(median(times) * 100) / 100;
    print({ name: `${name}: restart to first decision`, value, unit: "s", aim: { below: years.aim } });
  });
