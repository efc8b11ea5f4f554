import { expect } from "chai";
import fc from "fast-check";
import { RealInstallation } from "../../support/whole/real-installation.js";
import { outcomeOf } from "../../support/world/crashes.js";
import { type CrashPoint } from "../../support/world/faults.js";
import { runReference } from "../../support/world/scenario.js";

const POINTS = 20;
const SEED = 20_261_123;
/** Reads that are under way together at most: of the streams of two payouts, the baker and the ledger. */
const TOGETHER = 8;

const CHANGING = ["store.append", "witness.write", "chain.inject", "signer.sign"];

const WHEN = ["before", "after"] as const;

/** A death before and one after each kind of call that changes something; the others anywhere. */
const choosePoints = (calls: readonly string[]): readonly CrashPoint[] => {
  const callTo = (isWanted: (name: string) => boolean) =>
    fc.constantFrom(...[...calls.keys()].filter((call) => isWanted(calls[call] ?? "")));
  const changing = CHANGING.flatMap((name) =>
    WHEN.map((when) => fc.record({ call: callTo((other) => other === name), when: fc.constant(when) })),
  );
  const anywhere = Array.from({ length: POINTS - changing.length }, () =>
    fc.record({ call: callTo(() => true), when: fc.constantFrom(...WHEN) }),
  );
  const points = fc.noBias(fc.tuple(...changing, ...anywhere));
  return fc.sample(points, { seed: SEED, numRuns: 1 }).flat();
};

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
    for (const point of choosePoints(reference.calls)) {
      const name = `${point.when} call ${point.call} (${reference.calls[point.call]})`;
      const { calls, outcome } = await run(point).catch((cause: unknown) => {
        throw new Error(`died ${name}`, { cause });
      });
      expect(calls.length, name).to.be.within(point.call + 1, point.call + TOGETHER);
      expect(outcome, name).to.deep.equal(reference.outcome);
    }
  });
});
