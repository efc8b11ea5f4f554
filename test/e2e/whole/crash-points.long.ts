import { expect } from "chai";
import fc from "fast-check";
import { RealInstallation } from "../../support/whole/real-installation.js";
import { outcomeOf } from "../../support/world/crashes.js";
import { type CrashPoint } from "../../support/world/faults.js";
import { runReference } from "../../support/world/scenario.js";

const POINTS = 20;
const SEED = 20_261_123;

/** The reference run, dying once if told to; answers the calls of its first process and what everybody got. */
const run = async (point?: CrashPoint) => {
  const installation = await RealInstallation.open();
  try {
    const { calls } = await runReference(installation, point);
    const types = new Set(installation.events().map(({ event }) => event.type));
    return { calls, types, outcome: outcomeOf(installation) };
  } finally {
    await installation.close();
  }
};

describe("crash points on PostgreSQL and HTTP", function () {
  this.timeout(600_000);

  it(`brings every delegator the same amounts after ${POINTS} deaths (seed ${SEED})`, async () => {
    const reference = await run();
    expect(reference.outcome).to.have.length(78);
    expect(reference.types).to.include.members(["OperationReorganised", "ObligationHeld"]);
    const points = fc.sample(
      fc.record({
        call: fc.integer({ min: 0, max: reference.calls.length - 1 }),
        when: fc.constantFrom("before" as const, "after" as const),
      }),
      { seed: SEED, numRuns: POINTS },
    );
    for (const point of points) {
      const name = `${point.when} call ${point.call} (${reference.calls[point.call]})`;
      const { calls, outcome } = await run(point).catch((cause: unknown) => {
        throw new Error(`died ${name}`, { cause });
      });
      expect(calls, name).to.have.length(point.call + 1);
      expect(outcome, name).to.deep.equal(reference.outcome);
    }
  });
});
