import { readFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { z } from "zod";
import { demoChainId } from "../../src/sandbox/genesis.js";
import { transfersOf } from "../support/whole/payments.js";
import { processesWith } from "../support/whole/processes.js";
import { endOf, killWhatRuns, Running, taps } from "../support/whole/taps.js";

const place = z.object({ rpcUrl: z.string() });

describe("the demo", function () {
  this.timeout(90_000);

  it("pays, leaves nothing running, goes on where it was, and asks for the chain that it paid on", async () => {
    const folder = await mkdtemp(join(tmpdir(), "taps-demo-"));
    const env = { TAPS_DATA_DIR: folder };
    const chain = join(folder, demoChainId());
    try {
      const first = Running.start(env, ["start"]);
      await first.prints(/FINAL o\w+ in block/);
      expect(await processesWith(folder)).to.have.length.at.least(2);
      expect(await first.stop("SIGINT")).to.equal(0);
      expect(await processesWith(folder)).to.deep.equal([]);

      const second = Running.start(env, ["start"]);
      await second.prints(
        /cycle 0 {2}SETTLED: 279\.757709 tez paid, 0\.000000 tez carried, 0\.000000 tez held/,
      );
      expect(JSON.parse(await taps(env, ["cycle", "show", "0", "--json"]))).to.nested.include({
        at: "settled",
        "payout.paid": "279757709",
      });
      const { payer } = z
        .object({ payer: z.string() })
        .parse(JSON.parse(await taps(env, ["status", "--json"])));
      const { rpcUrl } = place.parse(JSON.parse(await readFile(join(chain, "demo.json"), "utf8")));
      const paid = await transfersOf(rpcUrl, payer);
      const ofCycle = paid.slice(0, 650);
      expect(new Set(ofCycle.map(({ target }) => target.address))).to.have.property("size", 650);
      expect(ofCycle.reduce((sum, { amount }) => sum + amount, 0)).to.equal(279_757_709);
      expect(await second.stop("SIGINT")).to.equal(0);
      expect(await processesWith(folder)).to.deep.equal([]);

      await rm(join(chain, "chain"), { recursive: true });
      expect(await endOf(env, ["start"])).to.deep.equal({
        code: 1,
        out: "",
        err: `the demo's log is there but its chain is not: remove ${chain} to begin anew\n`,
      });
      expect(await processesWith(folder)).to.deep.equal([]);
    } finally {
      await killWhatRuns();
      await rm(folder, { recursive: true });
    }
  });
});
