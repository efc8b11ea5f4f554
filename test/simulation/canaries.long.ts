import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { withBrokenBuild } from "../support/canaries/broken-build.js";
import { canaries, type SimulationCanary } from "./canaries.js";

const run = promisify(execFile);
const SEEDS = "500";

/** The seed whose run fails with the bug; undefined: none of them does. */
const caughtAt = ({ changes }: SimulationCanary): Promise<number | undefined> =>
  withBrokenBuild(changes, async (folder) => {
    const main = join(folder, "test/simulation/main.js");
    try {
      await run(process.execPath, [main, "--seeds", SEEDS, "--json", "--no-shrink"], { timeout: 300_000 });
      return undefined;
    } catch (error) {
      const output = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
      const last = output.trim().split("\n").at(-1) ?? "";
      if (!last.startsWith("{")) throw error;
      return (JSON.parse(last) as { seed: number }).seed;
    }
  });

describe("canaries: bugs that the simulation must see", function () {
  this.timeout(330_000);

  for (const canary of canaries) {
    it(`catches: ${canary.name}`, async () => {
      expect(await caughtAt(canary)).to.be.a("number");
    });
  }
});
