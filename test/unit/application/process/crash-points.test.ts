import { expect } from "chai";
import { type CrashPoint } from "../../../support/world/faults.js";
import { transfersOnChain } from "../../../support/world/invariants.js";
import { referenceWorld, runReference } from "../../../support/world/scenario.js";

/** What each receiver got in all, in mutez. */
const received = (transfers: ReturnType<typeof transfersOnChain>): ReadonlyMap<string, bigint> => {
  const sums = new Map<string, bigint>();
  for (const { to, amount } of transfers) sums.set(to, (sums.get(to) ?? 0n) + amount);
  return sums;
};

describe("crash points", function () {
  this.timeout(240_000);

  it("brings every delegator the same amounts wherever the process dies, before or after any effect", async () => {
    const reference = referenceWorld();
    const { calls } = await runReference(reference);
    const expected = received(transfersOnChain(reference));
    expect(expected.size).to.equal(39);
    const points = calls.flatMap((_, call): CrashPoint[] => [
      { call, when: "before" },
      { call, when: "after" },
    ]);
    for (const point of points) {
      const world = referenceWorld();
      try {
        await runReference(world, point);
        expect(received(transfersOnChain(world))).to.deep.equal(expected);
      } catch (error) {
        throw new Error(`died ${point.when} call ${point.call} (${calls[point.call]})`, { cause: error });
      }
    }
  });
});
