import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { root, withBrokenBuild } from "../support/canaries/broken-build.js";
import { canaries } from "./all-canaries.js";
import { type SimulationCanary } from "./canaries.js";

const run = promisify(execFile);
const SEEDS = "500";

/** The first seed whose run fails in the build of this folder; undefined: none of them does. */
const failingIn = async (
  folder: string,
  about: SimulationCanary["about"],
  ...which: readonly string[]
): Promise<number | undefined> => {
  const only = about === undefined ? [] : ["--about", about];
  const args = [join(folder, "test/simulation/main.js"), ...which, "--json", "--no-shrink", ...only];
  try {
    await run(process.execPath, args, { timeout: 900_000 });
    return undefined;
  } catch (error) {
    const output = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
    const last = output.trim().split("\n").at(-1) ?? "";
    if (!last.startsWith("{")) throw error;
    return (JSON.parse(last) as { seed: number }).seed;
  }
};

/** The seed whose run fails with the bug; undefined: none of them does. Without the bug that run must hold. */
const caughtAt = async ({ changes, about }: SimulationCanary): Promise<number | undefined> => {
  const seed = await withBrokenBuild(changes, (folder) => failingIn(folder, about, "--seeds", SEEDS));
  if (seed === undefined) return undefined;
  const sound = await failingIn(join(root, "dist"), about, "--seeds", "1", "--seed", `${seed}`);
  if (sound !== undefined) throw new Error(`seed ${seed} fails without the bug, too`);
  return seed;
};

/** Two at a time; each canary's answer as soon as it is there. */
const caught = (): readonly Promise<number | undefined>[] => {
  const lanes = [Promise.resolve<unknown>(undefined), Promise.resolve<unknown>(undefined)];
  return canaries.map((canary, n) => {
    const lane = n % lanes.length;
    const answer = (lanes[lane] ?? Promise.resolve()).then(() => caughtAt(canary));
    lanes[lane] = answer.catch(() => undefined);
    return answer;
  });
};

describe("canaries: bugs that the simulation must see", function () {
  this.timeout(1_800_000);
  let answers: readonly Promise<number | undefined>[] = [];
  before(() => {
    answers = caught();
  });

  for (const [n, { name }] of canaries.entries()) {
    it(`catches: ${name}`, async () => {
      expect(await answers[n]).to.be.a("number");
    });
  }
});
