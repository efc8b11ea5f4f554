import { expect } from "chai";
import { packText, textOf } from "../../../../src/application/recorded-rewards.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import * as Reward from "../../../../src/domain/reward/reward.js";
import { BAKER } from "../../../support/chain-model.js";
import { carryingWorld } from "../../../support/world/carrying.js";
import { dataOf } from "../../../support/world/events.js";
import { lie } from "../../../support/world/lying.js";
import { payOn, settle } from "../../../support/world/moments.js";
import { assertReplays } from "../../../support/world/replaying.js";
import { type Data, found, rewritten } from "../../../support/world/tampering.js";
import { type World } from "../../../support/world/world.js";

const CYCLE = asCycle(2);

/** A world whose source once gave a list that does not add up, and what it gave. */
const lied = async (): Promise<{ readonly world: World; readonly reply: string }> => {
  const world = await carryingWorld();
  const honest = lie(world, (split, cycle) =>
    cycle === CYCLE ? { ...split, externalDelegatedBalance: 7, delegatorsCount: 6 } : split,
  );
  await payOn(world, () => dataOf(world, "RewardInputsRejected").length > 0);
  const reply = await world.source().split(BAKER, CYCLE);
  honest();
  await settle(world, [CYCLE]);
  return { world, reply: reply ? textOf(reply) : expect.fail("no reply") };
};

/** The log with a reply recorded before it is rejected, and the rejection changed. */
const recorded = (world: World, reply: string, change: (data: Data) => void = () => {}) =>
  rewritten(world, Reward.stream(BAKER, CYCLE), (events) =>
    events.flatMap((event) => {
      if (event.type !== "RewardInputsRejected") return [event];
      const data = JSON.parse(event.data) as Data;
      const raw = { attempt: data["attempt"], index: 0, gzip: packText(reply)[0] };
      change(data);
      return [
        { ...event, id: "reply", type: "RawReplyRecorded", data: JSON.stringify(raw) },
        { ...event, data: JSON.stringify(data) },
      ];
    }),
  );

describe("rewards that were not believed, read once more", function () {
  this.timeout(20_000);

  it("leave nothing to look at while their reply is not recorded", async () => {
    const { world } = await lied();
    const rejections = dataOf(world, "RewardInputsRejected");
    expect(rejections.map(({ checks }) => checks.map(({ check }) => check))).to.deep.equal([
      ["row-count", "balance-sum"],
    ]);
    await assertReplays(world);
  });

  it("show each check that is said otherwise, where the reply is recorded", async () => {
    const { world, reply } = await lied();
    const checks = (change: (checks: Data[]) => void) =>
      found(
        world,
        recorded(world, reply, (data) => change(data["checks"] as Data[])),
      );
    expect(await checks(() => undefined)).to.deep.equal([]);
    const otherwise = ["RewardInputsRejected: rejected inputs: checks"];
    expect(await checks((list) => list.pop())).to.deep.equal(otherwise);
    expect(await checks((list) => (list[0] = { ...list[0], check: "no-data" }))).to.deep.equal(otherwise);
    expect(await checks((list) => (list[1] = { ...list[1], message: "nothing" }))).to.deep.equal(otherwise);
    // Of another text nothing can be said.
    expect(await found(world, recorded(world, reply.replace("7", "8")))).to.deep.equal([]);
  });
});
