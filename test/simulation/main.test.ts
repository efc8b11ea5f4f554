import { spawnSync } from "node:child_process";
import { expect } from "chai";

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["dist/test/simulation/main.js", ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
};

describe("npm run simulate", function () {
  this.timeout(20_000);

  it("refuses what would run nothing, and a file that is no run, as wrong usage", () => {
    for (const [args, said] of [
      [["--replay", "/nope"], /^cannot replay \/nope: ENOENT/],
      [["--replay", "package.json"], /^cannot replay package.json: it is no run as printed by a failure/],
      [["--seeds", "0"], /nothing would run/],
      [["--minutes", "0"], /nothing would run/],
    ] as const) {
      const { status, stdout, stderr } = run(...args);
      expect([status, stdout], args.join(" ")).to.deep.equal([2, ""]);
      expect(stderr).to.match(said);
    }
  });
});
