import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { root } from "../support/canaries/broken-build.js";
import { canaries } from "./all-canaries.js";

describe("canaries of the simulation", () => {
  it("each change what the built code says, once", async () => {
    const stale: string[] = [];
    for (const { name, changes } of canaries)
      for (const { file, from } of changes)
        if ((await readFile(join(root, "dist", file), "utf8")).split(from).length !== 2) stale.push(name);
    expect(stale).to.deep.equal([]);
  });
});
