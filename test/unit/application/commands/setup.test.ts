import { expect } from "chai";
import { type Acts } from "../../../../src/application/commands/acts.js";
import { pauseWallet } from "../../../../src/application/commands/mode.js";
import { BadPolicy, setPolicy, showPolicy } from "../../../../src/application/commands/policy.js";
import { ensureRegistered, registerPayer } from "../../../../src/application/commands/registration.js";
import { importWallet } from "../../../../src/application/commands/wallet.js";
import { ChainUnavailable } from "../../../../src/application/ports/chain.js";
import { status } from "../../../../src/application/queries/status.js";
import { asCycle, type TzAddress } from "../../../../src/domain/identifiers.js";
import { DEFAULT_CEILINGS } from "../../../../src/domain/payment/ceilings.js";
import { BAKER, PAYER } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import { appendedBy, once, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const OTHER = addressOf(500);
const fresh = (): World => referenceWorld();
const events = (world: World) => world.events().map(({ event }) => event);
const walletOf = (address: TzAddress) => {
  const kept: TzAddress[] = [];
  return {
    kept,
    address,
    keep: async (): Promise<void> => {
      kept.push(address);
    },
    discard: async () => {
      kept.splice(kept.indexOf(address), 1);
    },
  };
};
const unreachable = (world: World): void => {
  world.chain.head = () => Promise.reject(new ChainUnavailable("no node"));
};

describe("registration", () => {
  it("comes with the first command that writes: the node's chain, and the next cycle to begin", async () => {
    const world = fresh();
    await ensureRegistered(actsOf(world));
    expect(events(world)).to.deep.equal([
      { type: "BakerRegistered", data: { chainId: world.chain.chainId, firstCycle: 1 } },
    ]);
    expect(await appendedBy(world, () => ensureRegistered(actsOf(world)))).to.deep.equal([]);
  });

  it("takes START_CYCLE and PAYER, and refuses others afterwards by name", async () => {
    const world = fresh();
    const acts: Acts = { ...actsOf(world), startCycle: asCycle(7), payer: PAYER };
    await ensureRegistered(acts);
    expect(events(world)).to.deep.equal([
      { type: "BakerRegistered", data: { chainId: world.chain.chainId, firstCycle: 7 } },
      { type: "PayerSet", data: { payer: PAYER, actor: acts.actor } },
    ]);
    expect(await appendedBy(world, () => ensureRegistered(acts))).to.deep.equal([]);
    expect(await refusalOf(ensureRegistered({ ...acts, startCycle: asCycle(8) }))).to.equal(
      "other-first-cycle registered 7 asked 8",
    );
    expect(await refusalOf(ensureRegistered({ ...acts, payer: OTHER }))).to.equal(
      `other-payer registered ${PAYER} asked ${OTHER}`,
    );
  });

  it("is refused for another baker than the log's", async () => {
    const world = fresh();
    await ensureRegistered(actsOf(world));
    const another = { ...actsOf(world), baker: OTHER };
    expect(await refusalOf(ensureRegistered(another))).to.equal(
      `other-baker registered ${BAKER} asked ${OTHER}`,
    );
    expect(events(world)).to.have.length(1);
  });

  it("by two people at once is written once; who asked for another cycle or payer is refused", async () => {
    for (const startCycle of [7, 8]) {
      const world = fresh();
      const acts = { ...actsOf(world), startCycle: asCycle(7) };
      once(world, "before", "BakerRegistered", async () => {
        await ensureRegistered({ ...acts, startCycle: asCycle(startCycle) });
      });
      const second = ensureRegistered(acts);
      if (startCycle === 7) await second;
      else expect(await refusalOf(second)).to.equal("other-first-cycle registered 8 asked 7");
      expect(events(world)).to.have.length(1);
    }
    const world = fresh();
    await ensureRegistered(actsOf(world));
    once(world, "before", "PayerSet", () => registerPayer(actsOf(world), OTHER));
    expect(await refusalOf(registerPayer(actsOf(world), PAYER))).to.equal(
      `other-payer registered ${OTHER} asked ${PAYER}`,
    );
  });

  it("needs the node once: the wallet is paused without one", async () => {
    const world = fresh();
    const acts = { ...actsOf(world), payer: PAYER };
    await ensureRegistered(acts);
    unreachable(world);
    await pauseWallet(acts, "no node");
    expect(events(world).at(-1)?.type).to.equal("WalletPaused");
    const lost = fresh();
    unreachable(lost);
    const error: unknown = await ensureRegistered(actsOf(lost)).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(ChainUnavailable);
    expect(events(lost)).to.deep.equal([]);
  });
});

describe("taps wallet import", () => {
  it("keeps the wallet and makes it the one that pays, once", async () => {
    const world = fresh();
    const wallet = walletOf(PAYER);
    expect(await appendedBy(world, () => importWallet(actsOf(world), wallet))).to.deep.equal([
      ["baker", "BakerRegistered"],
      ["baker", "PayerSet"],
    ]);
    expect(await appendedBy(world, () => importWallet(actsOf(world), wallet))).to.deep.equal([]);
    expect(wallet.kept).to.deep.equal([PAYER, PAYER]);
  });

  it("does not keep another wallet than the registered one, be it by import or by PAYER", async () => {
    const world = fresh();
    await importWallet(actsOf(world), walletOf(PAYER));
    const other = walletOf(OTHER);
    const refused = `other-payer registered ${PAYER} given ${OTHER}`;
    expect(await refusalOf(importWallet(actsOf(world), other))).to.equal(refused);
    const named = fresh();
    const acts = { ...actsOf(named), payer: PAYER };
    expect(await refusalOf(importWallet(acts, other))).to.equal(refused);
    expect(other.kept).to.deep.equal([]);
  });

  it("keeps one of two wallets that are imported at once", async () => {
    const world = fresh();
    const [first, second] = [walletOf(OTHER), walletOf(PAYER)];
    once(world, "before", "PayerSet", () => importWallet(actsOf(world), first));
    expect(await refusalOf(importWallet(actsOf(world), second))).to.equal(
      `other-payer registered ${OTHER} asked ${PAYER}`,
    );
    expect({ first: first.kept, second: second.kept }).to.deep.equal({ first: [OTHER], second: [] });
  });

  it("names no payer that was not kept", async () => {
    const world = fresh();
    const wallet = { ...walletOf(PAYER), keep: () => Promise.reject(new Error("disk full")) };
    const error: unknown = await importWallet(actsOf(world), wallet).catch((thrown: unknown) => thrown);
    expect(error).to.have.property("message", "disk full");
    expect(events(world).map(({ type }) => type)).to.deep.equal(["BakerRegistered"]);
  });
});

describe("taps policy", () => {
  const terms = { [OTHER]: { feeBps: 100 } };

  it("is set once, with its terms; a preset leaves what was agreed with single delegators", async () => {
    const world = fresh();
    const acts = actsOf(world);
    const file = { preset: "tezpay", feeBps: 700, delegators: terms };
    const types = async (given: unknown): Promise<readonly string[]> =>
      (await appendedBy(world, () => setPolicy(acts, given))).map(([, type]) => type);
    expect(await types(file)).to.deep.equal(["BakerRegistered", "PolicyChanged", "DelegatorTermsSet"]);
    expect(await types(file)).to.deep.equal([]);
    expect(await types({ preset: "trd" })).to.deep.equal(["PolicyChanged"]);
    expect(await types({ preset: "trd" })).to.deep.equal([]);
    expect(await showPolicy(acts)).to.deep.include({ preset: "trd", feeBps: 500, delegators: terms });
    expect(await types({ delegators: {} })).to.deep.equal(["PolicyChanged", "DelegatorTermsCleared"]);
  });

  it("that is wrong is refused with each problem, and writes nothing", async () => {
    const world = fresh();
    const problemsOf = async (file: unknown): Promise<readonly unknown[]> => {
      const error: unknown = await setPolicy(actsOf(world), file).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(BadPolicy);
      return String(error)
        .replace("BadPolicy: ", "")
        .split("\n")
        .map((line) => line.split(":")[0])
        .sort();
    };
    expect(await problemsOf({ feeBps: 10_001, colour: "red", minimumPayout: 5 })).to.deep.equal([
      "colour",
      "feeBps",
      "minimumPayout",
    ]);
    expect(await problemsOf({ ceilings: { cycle: 5, colour: "red" } })).to.deep.equal([
      "ceilings.colour",
      "ceilings.cycle",
    ]);
    expect(events(world)).to.deep.equal([]);
  });

  it("sets the ceilings that its file names, and prints them as a file has them: what is shown sets the same again", async () => {
    const world = fresh();
    const acts = actsOf(world);
    const file = { ceilings: { cycle: "7", deviationFromLastCyclesPct: 20 } };
    const types = async (given: unknown): Promise<readonly string[]> =>
      (await appendedBy(world, () => setPolicy(acts, given))).map(([, type]) => type);
    expect(await types(file)).to.deep.equal(["BakerRegistered", "CeilingsSet", "PolicyChanged"]);
    const expected = { ...DEFAULT_CEILINGS, cycle: 7n, deviationFromLastCyclesPct: 20 };
    expect((await status(acts)).ceilings).to.deep.equal(expected);
    expect(await types(file)).to.deep.equal([]);
    expect(await types({ preset: "trd" })).to.deep.equal(["PolicyChanged"]);
    expect((await status(acts)).ceilings).to.deep.equal(expected);
    const shown = await showPolicy(acts);
    expect(shown.ceilings).to.deep.equal({
      operation: "50000000000",
      cycle: "7",
      deviationFromLastCyclesPct: 20,
      operationFee: "5000000",
    });
    expect(await types({ preset: "taps", ceilings: {} })).to.deep.equal(["CeilingsSet", "PolicyChanged"]);
    expect(await types(JSON.parse(JSON.stringify(shown)))).to.deep.equal(["CeilingsSet", "PolicyChanged"]);
    expect(await showPolicy(acts)).to.deep.equal(shown);
    expect(await types({ preset: "trd", ceilings: {} })).to.deep.equal(["CeilingsSet"]);
    expect((await status(acts)).ceilings).to.deep.equal(DEFAULT_CEILINGS);
  });

  it("by two people at once: both are written, and the later one holds", async () => {
    const world = fresh();
    const acts = actsOf(world);
    await ensureRegistered(acts);
    once(world, "before", "PolicyChanged", () => setPolicy(actsOf(world), { feeBps: 100 }));
    await setPolicy(acts, { feeBps: 900 });
    expect(events(world).map(({ type }) => type)).to.deep.equal([
      "BakerRegistered",
      "PolicyChanged",
      "PolicyChanged",
    ]);
    expect(await showPolicy(acts)).to.include({ feeBps: 900 });
  });

  it("supersedes an allocation that is not planned, and none that is", async () => {
    for (const [moment, feeBps] of [
      ["CycleRewardsReady", 1_000],
      ["CyclePayoutStarted", 1_000],
      ["AllocationFixed", 500],
      ["PayoutPlanned", 500],
    ] as const) {
      const world = referenceWorld();
      await world.setUp();
      await runTo(world, moment);
      await setPolicy(actsOf(world), { feeBps: 1_000 });
      await settle(world, [0]);
      const allocated = world
        .events()
        .flatMap(({ stream, event }) =>
          stream === `reward-${BAKER}_0` && event.type === "RewardsAllocated"
            ? [event.data.policy.feeBps]
            : [],
        );
      expect(allocated, moment).to.deep.equal(feeBps === 500 ? [500] : [500, 1_000]);
    }
  });
});
