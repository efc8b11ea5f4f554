import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { root, withBrokenBuild } from "./support/canaries/broken-build.js";
import { type Canary, canaries } from "./support/canaries/canaries.js";

const run = promisify(execFile);

/** Whether the tests that should catch the bug fail with it. */
const isCaught = ({ changes, caughtBy }: Canary): Promise<boolean> =>
  withBrokenBuild(changes, async (folder) => {
    const files = caughtBy.map((file) => join(folder, file));
    try {
      await run(process.execPath, [join(root, "node_modules/mocha/bin/mocha.js"), "--bail", ...files], {
        cwd: root,
        timeout: 540_000,
      });
      return false;
    } catch (error) {
      const output = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
      if (!/\d+ failing/.test(output)) throw error;
      return true;
    }
  });

describe("canaries: bugs that the tests must see", function () {
  this.timeout(600_000);

  for (const canary of canaries) {
    it(`catches: ${canary.name}`, async () => {
      expect(await isCaught(canary)).to.equal(true);
    });
  }
});
