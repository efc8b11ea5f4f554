import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { withBrokenBuild } from "../support/canaries/broken-build.js";
import { canaries as ofPaying, type SimulationCanary } from "./canaries.js";
import { fencesCanaries } from "./canaries-fences.js";
import { moneyCanaries } from "./canaries-money.js";
import { otherLogsCanaries } from "./canaries-other-logs.js";
import { proofCanaries } from "./canaries-proofs.js";
import { readSideCanaries } from "./canaries-read-side.js";
import { surroundingsCanaries } from "./canaries-surroundings.js";

const run = promisify(execFile);
const canaries = [
  ...ofPaying,
  ...fencesCanaries,
  ...readSideCanaries,
  ...surroundingsCanaries,
  ...otherLogsCanaries,
  ...moneyCanaries,
  ...proofCanaries,
];
const SEEDS = "500";

/** The seed whose run fails with the bug; undefined: none of them does. */
const caughtAt = ({ changes, about }: SimulationCanary): Promise<number | undefined> =>
  withBrokenBuild(changes, async (folder) => {
    const main = join(folder, "test/simulation/main.js");
    try {
      const only = about === undefined ? [] : ["--about", about];
      const args = ["--seeds", SEEDS, "--json", "--no-shrink", ...only];
      await run(process.execPath, [main, ...args], { timeout: 900_000 });
      return undefined;
    } catch (error) {
      const output = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
      const last = output.trim().split("\n").at(-1) ?? "";
      if (!last.startsWith("{")) throw error;
      return (JSON.parse(last) as { seed: number }).seed;
    }
  });

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
