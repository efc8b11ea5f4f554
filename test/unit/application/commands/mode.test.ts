import { expect } from "chai";
import { pauseWallet, resumeWallet, switchMode } from "../../../../src/application/commands/mode.js";
import { payCycle } from "../../../../src/application/commands/pay-cycle.js";
import { act, type Acts } from "../../../../src/application/commands/acts.js";
import { walletOf } from "../../../../src/application/aggregates.js";
import { SignerUnavailable } from "../../../../src/application/ports/chain.js";
import { type Mode } from "../../../../src/domain/baker/baker.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import * as Wallet from "../../../../src/domain/wallet/wallet.js";
import { PAYER } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { appendedBy, letPass, once, runTo } from "../../../support/world/moments.js";
import { actsOf, evidenceOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

/** A chain that stands, a payer that is named, and nothing in the log. */
const fresh = (): { readonly world: World; readonly acts: Acts } => {
  const world = referenceWorld();
  for (let block = 0; block < 5; block += 1) world.bake();
  return { world, acts: { ...actsOf(world), payer: PAYER } };
};
const eventsOf = (world: World, ...types: readonly string[]) =>
  world.events().flatMap(({ event }) => (types.includes(event.type) ? [event] : []));
const lastMode = (world: World): unknown => eventsOf(world, "ModeChanged").at(-1)?.data;
const signed = (world: World): number => eventsOf(world, "OperationSigned").length;
const stops = async (acts: Acts): Promise<readonly string[]> =>
  (await resumeWallet(acts)).stops.map(({ reason }) => reason);

describe("taps mode", () => {
  it("adopts the wallet at the newest final block before the first switch to on", async () => {
    const { world, acts } = fresh();
    await switchMode(acts, "on");
    expect(world.events().map(({ event }) => event)).to.deep.equal([
      { type: "BakerRegistered", data: { chainId: world.chain.chainId, firstCycle: 1 } },
      { type: "PayerSet", data: { payer: PAYER, actor: acts.actor } },
      { type: "WalletAdopted", data: { chainId: world.chain.chainId, level: 3, counter: 0n } },
      { type: "ModeChanged", data: { mode: "on", fromCycle: 0, actor: acts.actor } },
    ]);
  });

  it("leaves on with the wallet's pause first, and enters it with that pause last", async () => {
    const { world, acts } = fresh();
    await switchMode(acts, "on");
    for (const mode of ["off", "simulation"] as const) {
      expect(await appendedBy(world, () => switchMode(acts, mode))).to.deep.equal([
        ["wallet", "WalletPaused"],
        ["baker", "ModeChanged"],
      ]);
      expect(await appendedBy(world, () => switchMode(acts, "on"))).to.deep.equal([
        ["baker", "ModeChanged"],
        ["wallet", "WalletResumed"],
      ]);
    }
  });

  it("keeps the wallet paused between off and simulation", async () => {
    const { world, acts } = fresh();
    await switchMode(acts, "on");
    await switchMode(acts, "off");
    const between = [...(await appendedBy(world, () => switchMode(acts, "simulation")))];
    between.push(...(await appendedBy(world, () => switchMode(acts, "off"))));
    expect(between).to.deep.equal([
      ["baker", "ModeChanged"],
      ["baker", "ModeChanged"],
    ]);
    expect(await stops(acts)).to.deep.equal(["mode"]);
  });

  it("needs no wallet but for on, and touches none before that", async () => {
    const { world, acts } = fresh();
    const poor = { ...acts, payer: undefined };
    expect(await appendedBy(world, () => switchMode(poor, "off"))).to.deep.equal([
      ["baker", "BakerRegistered"],
      ["baker", "ModeChanged"],
    ]);
    expect(await refusalOf(switchMode(poor, "on"))).to.equal("no-payer");
    expect(await appendedBy(world, () => switchMode(acts, "simulation"))).to.deep.equal([
      ["baker", "PayerSet"],
      ["baker", "ModeChanged"],
    ]);
  });

  it("is the same mode again without an event", async () => {
    const { world, acts } = fresh();
    for (const mode of ["simulation", "on", "off", "on", "simulation"] as const) {
      await switchMode(acts, mode);
      expect(await appendedBy(world, () => switchMode(acts, mode)), mode).to.deep.equal([]);
    }
  });

  it("is not switched on with a signer that cannot sign for the payer, and adopts nothing", async () => {
    const { world, acts } = fresh();
    const asked: string[] = [];
    const lame: Acts = {
      ...acts,
      assertSigns: async (payer) => {
        asked.push(payer);
        throw new SignerUnavailable("no key");
      },
    };
    const error = await switchMode(lame, "on").catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SignerUnavailable);
    expect(asked).to.deep.equal([PAYER]);
    expect(eventsOf(world, "WalletAdopted", "ModeChanged")).to.deep.equal([]);
  });

  it("is refused with a node of another chain; leaving on pauses the wallet all the same", async () => {
    const { world, acts } = fresh();
    await switchMode(acts, "on");
    const head = world.chain.head.bind(world.chain);
    const chainId = "NetXdQprcVkpaWU" as typeof world.chain.chainId;
    world.chain.head = async () => ({ ...(await head()), chainId });
    const refused = `other-chain registered ${world.chain.chainId} found ${chainId}`;
    expect(await refusalOf(switchMode(acts, "off"))).to.equal(refused);
    expect(lastMode(world)).to.include({ mode: "on" });
    expect(await stops(acts)).to.deep.equal(["mode"]);
  });

  it("takes no wallet over on another chain than the registered one", async () => {
    const { world, acts } = fresh();
    await switchMode(acts, "simulation");
    const head = world.chain.head.bind(world.chain);
    const chainId = "NetXdQprcVkpaWU" as typeof world.chain.chainId;
    world.chain.head = async () => ({ ...(await head()), chainId });
    const refused = `other-chain registered ${world.chain.chainId} found ${chainId}`;
    expect(await refusalOf(switchMode(acts, "on"))).to.equal(refused);
    expect(eventsOf(world, "WalletAdopted")).to.deep.equal([]);
    world.chain.head = head;
    await switchMode(acts, "on");
    expect(eventsOf(world, "WalletAdopted")).to.have.length(1);
  });

  it("counts the cycles to pay from the one that runs at the switch", async () => {
    const { world, acts } = fresh();
    await switchMode(acts, "on");
    expect(lastMode(world)).to.include({ fromCycle: 0 });
    await switchMode(acts, "off");
    for (let block = 0; block < 8; block += 1) world.bake();
    await switchMode(acts, "on");
    expect(lastMode(world)).to.include({ fromCycle: 1 });
  });

  it("goes on where an interrupted switch stopped", async () => {
    const { world, acts } = fresh();
    await switchMode(acts, "on");
    const die = async (): Promise<void> => Promise.reject(new Error("killed"));
    const cases: readonly (readonly [Mode, "WalletPaused" | "ModeChanged", readonly string[]])[] = [
      ["off", "WalletPaused", ["WalletPaused", "ModeChanged"]],
      ["on", "ModeChanged", ["ModeChanged", "WalletResumed"]],
    ];
    for (const [mode, diesAfter, rest] of cases) {
      once(world, "after", diesAfter, die);
      await switchMode(acts, mode).then(
        () => expect.fail("lived"),
        (error: unknown) => expect(error).to.have.property("message", "killed"),
      );
      const types = (await appendedBy(world, () => switchMode(acts, mode))).map(([, type]) => type);
      expect(types).to.deep.equal(rest);
    }
    expect(await stops(acts)).to.deep.equal([]);
  });

  describe("by two people at once", () => {
    const other = (world: World): Acts => ({ ...actsOf(world), actor: "cli:other" });
    /** Each leaves the mode that was written last, and a wallet that is paused unless that is on. */
    const agree = async (world: World, acts: Acts, mode: Mode): Promise<void> => {
      expect(lastMode(world)).to.include({ mode });
      expect(await stops(acts)).to.deep.equal(mode === "on" ? [] : ["mode"]);
    };

    it("writes the wallet's adoption once", async () => {
      const { world, acts } = fresh();
      once(world, "before", "WalletAdopted", () => switchMode(other(world), "on"));
      await switchMode(acts, "on");
      expect(eventsOf(world, "WalletAdopted", "ModeChanged")).to.have.length(2);
      await agree(world, acts, "on");
    });

    it("never ends off without a pause, whoever comes between the steps of entering on", async () => {
      for (const from of ["simulation", "off"] as const)
        for (const type of ["ModeChanged", "WalletResumed"] as const)
          for (const when of ["before", "after"] as const) {
            const { world, acts } = fresh();
            await switchMode(acts, "on");
            await switchMode(acts, from);
            once(world, when, type, () => switchMode(other(world), from === "off" ? "simulation" : "off"));
            const isLeft = (when === "after") === (type === "ModeChanged");
            const entering = switchMode(acts, "on");
            if (isLeft) expect(await refusalOf(entering)).to.equal("changing");
            else await entering;
            const mode =
              when === "before" && type === "ModeChanged" ? "on" : from === "off" ? "simulation" : "off";
            await agree(world, acts, mode);
          }
    });

    it("does not lift for a moment the pause of whoever has left on meanwhile", async () => {
      const { world, acts } = fresh();
      await switchMode(acts, "on");
      await switchMode(acts, "off");
      for (const [when, type] of [
        ["after", "ModeChanged"],
        ["before", "WalletResumed"],
      ] as const) {
        once(world, when, type, () => switchMode(other(world), "off"));
        const entering = () => refusalOf(switchMode(acts, "on"));
        expect(await appendedBy(world, entering)).to.deep.equal([
          ["baker", "ModeChanged"],
          ["wallet", "WalletPaused"],
          ["baker", "ModeChanged"],
        ]);
        await agree(world, acts, "off");
      }
    });

    it("is said again by who enters a paused wallet, so that who has paused it and not yet said so pauses again", async () => {
      const { world, acts } = fresh();
      await switchMode(acts, "on");
      once(world, "before", "ModeChanged", () => switchMode(other(world), "on"));
      expect(await appendedBy(world, () => switchMode(acts, "off"))).to.deep.equal([
        ["wallet", "WalletPaused"],
        ["baker", "ModeChanged"],
        ["wallet", "WalletResumed"],
        ["wallet", "WalletPaused"],
        ["baker", "ModeChanged"],
      ]);
      await agree(world, acts, "off");
      expect(lastMode(world)).to.include({ fromCycle: 0 });
    });

    it("never ends off without a pause, whoever comes between the steps of leaving on", async () => {
      const { world, acts } = fresh();
      await switchMode(acts, "on");
      await switchMode(acts, "off");
      await switchMode(acts, "on");
      once(world, "before", "ModeChanged", () => switchMode(other(world), "on"));
      await switchMode(acts, "off");
      await agree(world, acts, "off");
    });

    it("never ends off without a pause, though it was not on when it was asked", async () => {
      const { world, acts } = fresh();
      await switchMode(acts, "off");
      once(world, "before", "ModeChanged", () => switchMode(other(world), "on"));
      await switchMode(acts, "simulation");
      await agree(world, acts, "simulation");
    });
  });

  it("off stops a signing that is under way; the payout goes on when it is asked for in on", async () => {
    const world = referenceWorld();
    await world.setUp();
    const acts = actsOf(world);
    once(world, "before", "OperationSigned", () => switchMode(acts, "off"));
    await letPass(world, 25);
    expect(signed(world)).to.equal(0);
    expect(world.injected).to.deep.equal([]);
    await switchMode(acts, "on");
    await letPass(world, 2);
    expect(signed(world)).to.equal(0);
    await payCycle(acts, asCycle(0), evidenceOf(world), false);
    await letPass(world, 0);
    expect(signed(world)).to.equal(1);
  });
});

describe("taps pause and resume", () => {
  it("need a wallet", async () => {
    const { acts } = fresh();
    const poor = { ...acts, payer: undefined };
    expect(await refusalOf(pauseWallet(poor, "why"))).to.equal("no-payer");
    expect(await refusalOf(resumeWallet(poor))).to.equal("no-payer");
  });

  it("write one event each, however often they are said", async () => {
    const { world, acts } = fresh();
    await switchMode(acts, "on");
    await pauseWallet(acts, "a look first");
    expect(await appendedBy(world, () => pauseWallet(acts, "again"))).to.deep.equal([]);
    expect(world.events().at(-1)?.event).to.deep.equal({
      type: "WalletPaused",
      data: { reason: "person", detail: "a look first", actor: acts.actor, untilLevel: null },
    });
    expect(await appendedBy(world, () => resumeWallet(acts))).to.deep.equal([["wallet", "WalletResumed"]]);
    expect(await appendedBy(world, () => resumeWallet(acts))).to.deep.equal([]);
  });

  it("lift a finding that was seen, and say which", async () => {
    const { world, acts } = fresh();
    await switchMode(acts, "on");
    await pauseWallet(acts, "a look first");
    const find = Wallet.pause({ reason: "finding", detail: "odd", actor: "taps", untilLevel: null });
    once(world, "before", "WalletResumed", () => act(acts, walletOf(PAYER), find));
    const { lifted, stops: left } = await resumeWallet(acts);
    expect(lifted.map(({ reason, detail }) => [reason, detail])).to.deep.equal([
      ["person", "a look first"],
      ["finding", "odd"],
    ]);
    expect(left).to.deep.equal([]);
  });

  it("say what still stops: a person lifts no pause of the mode", async () => {
    const { acts } = fresh();
    await switchMode(acts, "on");
    await pauseWallet(acts, "a look first");
    await switchMode(acts, "off");
    expect((await resumeWallet(acts)).stops).to.deep.equal([{ reason: "mode", detail: "mode off" }]);
  });

  it("stop a signing under way; what is signed is watched to its end", async () => {
    const world = referenceWorld();
    await world.setUp();
    const acts = actsOf(world);
    await runTo(world, "OperationSigned");
    await pauseWallet(acts, "a look first");
    await letPass(world, 12);
    expect(signed(world)).to.equal(1);
    expect(eventsOf(world, "OperationFinalised")).to.have.length(1);
    once(world, "before", "OperationSigned", () => pauseWallet(acts, "again"));
    await resumeWallet(acts);
    await letPass(world, 4);
    expect(signed(world)).to.equal(1);
    await resumeWallet(acts);
    await letPass(world, 0);
    expect(signed(world)).to.equal(2);
  });
});
