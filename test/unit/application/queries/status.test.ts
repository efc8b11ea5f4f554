import { expect } from "chai";
import { switchMode } from "../../../../src/application/commands/mode.js";
import { delegateWallet, sendTransfers } from "../../../../src/application/commands/money.js";
import { payCycle } from "../../../../src/application/commands/pay-cycle.js";
import { ChainUnavailable } from "../../../../src/application/ports/chain.js";
import { examineInstallation } from "../../../../src/application/queries/doctor.js";
import { status } from "../../../../src/application/queries/status.js";
import { asCycle, chainId } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { BAKER } from "../../../support/chain-model.js";
import { letPass, runTo, settle } from "../../../support/world/moments.js";
import { actsOf, evidenceOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";

describe("what people see", () => {
  it("names a payout that was begun before the last switch to on, and what it asks for", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const acts = actsOf(world);
    const unfinished = async () =>
      (await status(acts)).unfinished.map(({ cycle, at, asks }) => [cycle, at, asks]);
    expect(await unfinished()).to.deep.equal([
      [0, "paying", null],
      [1, "open", null],
    ]);
    await switchMode(acts, "off");
    await letPass(world, 10);
    await switchMode(acts, "on");
    await letPass(world, 10);
    expect(await unfinished()).to.deep.equal([
      [0, "paying", '"taps cycle pay 0", or "taps cycle skip 0"'],
      [2, "paying", null],
      [3, "open", null],
    ]);
    await payCycle(acts, asCycle(0), evidenceOf(world), false);
    expect((await unfinished())[0]).to.deep.equal([0, "paying", null]);
    await settle(world, [0, 2]);
  });

  it("names what is under way and asked for while no node answers", async () => {
    const world = referenceWorld();
    await world.setUp();
    await runTo(world, "BatchFormed");
    const acts = actsOf(world);
    const { payment } = await sendTransfers(acts, "rent", [{ to: BAKER, amount: mutez(5n) }]);
    await delegateWallet(acts, "1", BAKER);
    world.chain.head = () => Promise.reject(new ChainUnavailable("no node answers"));
    const { head, unfinished, wallet } = await status(acts);
    expect({ head, cycles: unfinished.map(({ cycle, at }) => [cycle, at]) }).to.deep.equal({
      head: null,
      cycles: [
        [0, "paying"],
        [1, "open"],
      ],
    });
    expect(wallet?.payments).to.deep.equal([{ payment, pending: 1, awaitsApproval: false }]);
    expect(wallet?.delegations).to.deep.equal([{ id: "delegation/1", to: BAKER }]);
  });

  it("tells that the node is on another chain than the registered one", async () => {
    const world = referenceWorld();
    await world.setUp();
    const acts = actsOf(world);
    const chain = async () =>
      (await examineInstallation(acts, { nodes: [], source: world.source(), clock: world.clock })).find(
        ({ check }) => check === "chain",
      );
    const registered = world.chain.chainId;
    expect(await chain()).to.deep.equal({ check: "chain", ok: true, found: registered, fix: "" });
    const head = world.chain.head.bind(world.chain);
    const found = chainId.parse("NetXdQprcVkpaWU");
    world.chain.head = async () => ({ ...(await head()), chainId: found });
    expect(await chain()).to.deep.equal({
      check: "chain",
      ok: false,
      found,
      fix: `the baker is registered on ${registered}: check TEZOS_RPC_URL`,
    });
  });
});
