import { expect } from "chai";
import { setPolicy } from "../../../../src/application/commands/policy.js";
import { clearTerms, type OwnTerms, setTerms } from "../../../../src/application/commands/terms.js";
import { showTerms } from "../../../../src/application/queries/terms.js";
import { basisPoints, mutez } from "../../../../src/domain/money.js";
import { BAKER, PAYER } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import { appendedBy, once, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { CYCLES, referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const [A, B, SAVINGS] = [addressOf(1), addressOf(2), addressOf(500)];
const feeBps = basisPoints.parse(0);

const set = (world: World, delegator: typeof A, terms: OwnTerms) => setTerms(actsOf(world), delegator, terms);
const clear = (world: World, delegator: typeof A) => clearTerms(actsOf(world), delegator);
const shown = async (world: World) => (await showTerms(actsOf(world))).delegators;
const FREE = { is: 0, insteadOf: 500 };
const SUSPENDED = { is: "suspend", insteadOf: "pay" };

describe("taps delegator", () => {
  it("writes one event, however often it is said, and registers the baker if nobody did", async () => {
    const world = referenceWorld();
    const setting = () => set(world, A, { feeBps });
    expect(await appendedBy(world, setting)).to.deep.equal([
      ["baker", "BakerRegistered"],
      ["baker", "DelegatorTermsSet"],
    ]);
    expect(await appendedBy(world, setting)).to.deep.equal([]);
    const clearing = () => clear(world, A);
    expect(await appendedBy(world, clearing)).to.deep.equal([["baker", "DelegatorTermsRemoved"]]);
    expect(world.events().at(-1)?.event.data).to.deep.equal({ delegator: A, actor: "cli:somebody" });
    expect(await appendedBy(world, clearing)).to.deep.equal([]);
  });

  it("shows each term with what it takes the place of", async () => {
    const world = referenceWorld();
    expect(await shown(world)).to.deep.equal({});
    await setPolicy(actsOf(world), { feeBps: 700, delegators: { [B]: {} } });
    await set(world, A, { feeBps, recipient: SAVINGS, status: "suspend", maximumBalance: mutez(5n) });
    expect(await shown(world)).to.deep.equal({
      [B]: {},
      [A]: {
        feeBps: { is: 0, insteadOf: 700 },
        recipient: { is: SAVINGS, insteadOf: A },
        status: SUSPENDED,
        maximumBalance: { is: "5", insteadOf: null },
      },
    });
    await clear(world, B);
    await set(world, A, { recipient: A, status: "pay" });
    expect(await shown(world)).to.deep.nested.include({
      [`${A}.recipient`]: { is: A, insteadOf: A },
      [`${A}.status`]: { is: "pay", insteadOf: "pay" },
    });
    expect(Object.keys(await shown(world))).to.deep.equal([A]);
  });

  it("refuses by name what would send a share nowhere but back", async () => {
    const world = referenceWorld();
    await world.setUp();
    expect(await refusalOf(set(world, A, { recipient: PAYER }))).to.equal("recipient-is-payer");
    expect(await refusalOf(set(world, A, { recipient: BAKER }))).to.equal("recipient-is-baker");
    expect(await refusalOf(set(world, BAKER, { feeBps }))).to.equal("baker-is-no-delegator");
    expect(await refusalOf(set(world, PAYER, { recipient: A }))).to.equal("payer-is-not-sent");
    expect(await shown(world)).to.deep.equal({});
  });

  it("by two people at once loses neither's, be it of one delegator or of two", async () => {
    for (const [other, expected] of [
      [A, { [A]: { feeBps: FREE, status: SUSPENDED } }],
      [B, { [B]: { status: SUSPENDED }, [A]: { feeBps: FREE } }],
    ] as const) {
      const world = referenceWorld();
      once(world, "before", "DelegatorTermsSet", () => set(world, other, { status: "suspend" }));
      await set(world, A, { feeBps });
      expect(await shown(world)).to.deep.equal(expected);
    }
  });

  it("brings nothing back that somebody takes away meanwhile", async () => {
    const takeAway = [
      (world: World) => clear(world, A),
      (world: World) => setPolicy(actsOf(world), { delegators: {} }),
    ];
    for (const others of takeAway) {
      const world = referenceWorld();
      await set(world, A, { status: "suspend" });
      once(world, "before", "DelegatorTermsSet", () => others(world));
      await set(world, A, { feeBps });
      expect(await shown(world)).to.deep.equal({ [A]: { feeBps: FREE } });
    }
  });

  it("reaches the cycles that are not planned yet, and no other", async () => {
    const world = referenceWorld();
    await world.setUp();
    await set(world, B, { recipient: SAVINGS });
    await runTo(world, "PayoutPlanned");
    await set(world, A, { recipient: SAVINGS });
    await clear(world, B);
    await settle(world, CYCLES);
    const recipients = (cycle: number) =>
      world.events().flatMap(({ stream, event }) => {
        if (stream !== `payment-${BAKER}_${cycle}` || event.type !== "ObligationsAdded") return [];
        return [A, B].map((of) => event.data.rows.find(({ delegator }) => delegator === of)?.recipient);
      });
    expect(recipients(0)).to.deep.equal([A, SAVINGS]);
    expect(recipients(1)).to.deep.equal([SAVINGS, B]);
  });
});
