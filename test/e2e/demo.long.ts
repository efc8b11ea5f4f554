import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { killWhatRuns, Running } from "../support/whole/taps.js";

describe("the demo, three cycles long", function () {
  this.timeout(180_000);

  it("adds up to the mutez and says what to try next", async () => {
    const folder = await mkdtemp(join(tmpdir(), "taps-demo-"));
    try {
      const demo = Running.start({ TAPS_DATA_DIR: folder }, ["start"]);
      const [summary] = await demo.prints(/\ncycle 0: pool[^]*taps status/);
      expect(
        summary
          ?.trim()
          .split("\n")
          .map((line) => line.replace(/burns: .*/, "burns:")),
      ).to.deep.equal([
        "cycle 0: pool 294.552640 tez = 14.794931 tez stays with the baker + 279.757709 tez paid + 0.000000 tez carried + 0.000000 tez held",
        "         network fees and burns:",
        "cycle 1: pool 301.047540 tez = 15.121134 tez stays with the baker + 285.926406 tez paid + 0.000000 tez carried + 0.000000 tez held",
        "         network fees and burns:",
        "cycle 2: pool 300.016660 tez = 15.069363 tez stays with the baker + 284.947297 tez paid + 0.000000 tez carried + 0.000000 tez held",
        "         network fees and burns:",
        "Everyone was paid once. Try now, in another terminal: npx --no-install taps status",
      ]);
      expect(await demo.stop("SIGINT")).to.equal(0);
    } finally {
      await killWhatRuns();
      await rm(folder, { recursive: true });
    }
  });
});
