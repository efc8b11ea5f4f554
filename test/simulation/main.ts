// npm run simulate: runs of random faults until time or seeds are over, or one fails.
import { readFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Scheduled } from "./disturbances.js";
import { type Topic, TOPICS } from "./topics.js";
import { type Shape } from "./shape.js";
import { shrink } from "./shrink.js";
import { type Outcome, replay, runSeed } from "./simulation.js";
import { reportOf } from "./report.js";

const natural = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError("not a whole number");
  return value;
};

const positive = (text: string): number => {
  const value = natural(text);
  if (value === 0) throw new InvalidArgumentError("nothing would run");
  return value;
};

interface Options {
  readonly seeds: number;
  readonly seed: number;
  readonly minutes?: number;
  readonly about?: Topic;
  readonly replay?: string;
  readonly shrink: boolean;
  readonly json?: true;
}

const write = (text: string): void => void process.stdout.write(`${text}\n`);

/** Tells the failing run, or the shortest one like it. */
const tellFailure = async (outcome: Outcome, options: Options): Promise<void> => {
  const shortest = options.shrink ? await shrink(outcome) : outcome;
  const { shape, disturbances, failure } = shortest;
  write(
    options.json ? JSON.stringify({ seed: shape.seed, failure, shape, disturbances }) : reportOf(shortest),
  );
};

interface Recorded {
  readonly shape: Shape;
  readonly disturbances: readonly Scheduled[];
}

/** Ends as a usage error if the file is not there or no JSON object of that form. */
const readRecorded = async (file: string): Promise<Recorded> => {
  try {
    const recorded = JSON.parse(await readFile(file, "utf8")) as Partial<Recorded> | null;
    const { shape, disturbances } = recorded ?? {};
    if (shape === undefined || !Array.isArray(disturbances))
      throw new Error("it is no run as printed by a failure: {shape, disturbances}");
    return { shape, disturbances };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return program.error(`cannot replay ${file}: ${reason}`);
  }
};

const playAgain = async (file: string): Promise<number> => {
  const { shape, disturbances } = await readRecorded(file);
  const outcome = await replay(shape, disturbances);
  write(reportOf(outcome));
  return outcome.failure === undefined ? 0 : 1;
};

const run = async (options: Options): Promise<number> => {
  if (options.replay !== undefined) return playAgain(options.replay);
  const began = performance.now();
  const until = options.minutes === undefined ? Infinity : began + options.minutes * 60_000;
  const last = options.minutes === undefined ? options.seed + options.seeds : Infinity;
  let steps = 0;
  let seeds = 0;
  for (let seed = options.seed; seed < last && performance.now() < until; seed += 1) {
    const outcome = await runSeed(seed, options.about);
    steps += outcome.steps;
    seeds += 1;
    if (process.stderr.isTTY) process.stderr.write(`\rseed ${seed}, ${steps} steps `);
    if (outcome.failure === undefined) continue;
    await tellFailure(outcome, options);
    return 1;
  }
  const minutes = (performance.now() - began) / 60_000;
  const rates = {
    seedsPerMinute: Math.round(seeds / minutes),
    stepsPerSecond: Math.round(steps / minutes / 60),
  };
  write(
    options.json
      ? JSON.stringify({ seeds, steps, ...rates, failure: null })
      : `${seeds} seeds, ${steps} steps, none failed; ${rates.seedsPerMinute} seeds a minute`,
  );
  return 0;
};

const program = new Command("simulate")
  .description("Runs payers under random faults and checks the invariants after every step.")
  .option("--seeds <n>", "how many seeds", positive, 300)
  .option("--seed <k>", "the first of them", natural, 1)
  .option("--minutes <m>", "as many seeds as fit into this time", positive)
  .addOption(new Option("--about <what>", "what every run has to do with; else some have").choices(TOPICS))
  .option("--replay <file>", "a run as printed by a failure: {shape, disturbances}")
  .option("--no-shrink", "show the failing run as it was")
  .option("--json", "print one line of JSON")
  .action(async (options: Options) => {
    process.exitCode = await run(options);
  });
program.exitOverride((end) => process.exit(end.exitCode === 0 ? 0 : 2));
await program.parseAsync();
