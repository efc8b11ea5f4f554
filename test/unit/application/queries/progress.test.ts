import { expect } from "chai";
import { streamFrom } from "../../../../src/application/arguments.js";
import { mutez } from "../../../../src/domain/money.js";
import { describeEvent, PayoutSummary, tez } from "../../../../src/application/queries/progress.js";
import { bondWorld, payBond } from "../../../support/world/bond.js";
import { CYCLES, referenceWorld, runReference } from "../../../support/world/scenario.js";

describe("a payout in people's words", () => {
  it("adds each settled cycle up from its events, to the mutez", async () => {
    const world = referenceWorld();
    await runReference(world);
    const summary = new PayoutSummary();
    for (const { event, stream } of world.events()) summary.add(event, stream);
    expect(summary.count).to.equal(CYCLES.length);
    expect(summary.lines(2)).to.deep.equal([
      "cycle 0: pool 23.387653 tez = 3.274888 tez stays with the baker + 18.849487 tez paid + 0.000000 tez carried + 1.263278 tez held",
      "         network fees and burns: 1.234436 tez",
      "cycle 1: pool 23.387654 tez = 3.274889 tez stays with the baker + 18.849487 tez paid + 0.000000 tez carried + 1.263278 tez held",
      "         network fees and burns: 0.013686 tez",
    ]);
  });

  it("keeps a cycle apart from what it leaves to the bond pool", async () => {
    const world = await bondWorld();
    await payBond(world);
    const summary = new PayoutSummary();
    for (const { event, stream } of world.events()) summary.add(event, stream);
    expect(summary.lines(1)).to.deep.equal([
      "cycle 0: pool 23.387653 tez = 5.000121 tez stays with the baker + 18.387532 tez paid + 0.000000 tez carried + 0.000000 tez held",
      "         network fees and burns: 0.065492 tez",
    ]);
    const lines = world
      .events()
      .map(({ event, stream }) => describeEvent({ event, stream: streamFrom(stream) }));
    expect(lines).to.include("bond pool 0  planned: 5 payments, 4.934626 tez");
    expect(lines.filter((line) => line?.startsWith("cycle 0  planned"))).to.have.length(1);
  });

  it("says so where a cycle does not add up", async () => {
    const world = referenceWorld();
    await runReference(world);
    const summary = new PayoutSummary();
    for (const { event, stream } of world.events()) {
      if (event.type === "CycleSettled" && stream.endsWith("_1")) {
        const paid = mutez(event.data.paid - 1n);
        summary.add({ ...event, data: { ...event.data, paid } }, stream);
      } else summary.add(event, stream);
    }
    expect(summary.lines(1)[0]).to.match(/ {2}DOES NOT ADD UP: 1 mutez$/);
  });

  it("writes amounts in tez with all six decimals", () => {
    expect([0n, 1n, -1n, 1_234_567_890_123n].map(tez)).to.deep.equal([
      "0.000000 tez",
      "0.000001 tez",
      "-0.000001 tez",
      "1,234,567.890123 tez",
    ]);
  });
});
