import { gunzipSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { auditPayout, type PayoutStory } from "../../../../src/application/audit/payout.js";
import { adjustBalance } from "../../../../src/application/commands/ledger.js";
import { type RecordedEvent } from "../../../../src/application/ports/event-store.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { BAKER } from "../../../support/chain-model.js";
import { addressOf } from "../../../support/rewards.js";
import { carryingWorld } from "../../../support/world/carrying.js";
import { settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { portsOf } from "../../../support/world/replaying.js";
import { add, changed, type Data, row, type Type } from "../../../support/world/tampering.js";
import { type World } from "../../../support/world/world.js";

/** Carried by the first cycle, paid by the second. */
const CYCLE = asCycle(1);
const DELEGATOR = addressOf(2);

describe("the story of a payout in a damaged log", function () {
  this.timeout(20_000);
  let world: World;
  let whole: PayoutStory;

  const told = (events: readonly RecordedEvent[], cycle = CYCLE): Promise<PayoutStory> =>
    auditPayout(portsOf(world, events), cycle, DELEGATOR);
  const of =
    (suffix: string) =>
    ({ stream }: RecordedEvent) =>
      stream.endsWith(suffix);
  const ofCycle = of("_1");
  /** What it says of a log in which the cycle's event of a type is another. */
  const damaged = (type: Type, change: (data: Data) => void, where = ofCycle) =>
    told(changed(world, type, change, where));
  /** Left out: the store lacks it, and its revision with it. */
  const lacking = (gone: RecordedEvent) => told(world.store.snapshot().filter(({ id }) => id !== gone.id));
  const eventOf = (type: Type, where = ofCycle): RecordedEvent =>
    world.store.snapshot().find((event) => event.type === type && where(event)) ?? expect.fail(`no ${type}`);
  const nameOf = ({ stream, revision, type }: RecordedEvent): string =>
    `event ${revision} of ${stream} (${type})`;
  const whys = ({ unread }: PayoutStory): readonly string[] => unread.map(({ why }) => why);
  const types = ({ steps }: PayoutStory): readonly string[] => steps.map(({ event }) => event.type);
  const of1 = ({ steps }: PayoutStory, type: Type) => steps.find(({ event }) => event.type === type);

  before(async () => {
    world = await carryingWorld();
    await settle(world, [1]);
    whole = await told(world.store.snapshot());
    expect(whole.unread).to.deep.equal([]);
    expect(whole.outcome).to.match(/^paid: 3\.064586 tez/);
  });

  it("goes on without a reply that was cut, and names it", async () => {
    const cut = await damaged("RawReplyRecorded", (data) => {
      data["gzip"] = Buffer.from(String(data["gzip"]), "base64").subarray(0, 90).toString("base64");
    });
    expect(whys(cut)).to.deep.equal([
      `${nameOf(eventOf("RawReplyRecorded"))}: reply: expected a reply that is believed, found unexpected end of file`,
    ]);
    expect(types(cut)).to.deep.equal(types(whole));
    expect(of1(cut, "RewardInputsRecorded")?.details).to.include("the list cannot be read again");
    expect(of1(cut, "RewardsAllocated")?.text).to.equal(of1(whole, "RewardsAllocated")?.text);
    expect(of1(cut, "RewardsAllocated")?.details).to.include("its inputs cannot be read again");
    expect(cut.outcome).to.equal(whole.outcome);
    const noText = await damaged("RawReplyRecorded", (data) => (data["gzip"] = "*"));
    expect(whys(noText)[0]).to.match(/^cannot read event 0 of reward-\w+_1 \(RawReplyRecorded version 1\)/);
    expect(types(noText)).to.deep.equal(types(whole));
  });

  it("takes rows that are missing from what the inputs give, if these can be read", async () => {
    const rows = eventOf("DelegatorRewardsAllocated");
    const lacks = await lacking(rows);
    expect(whys(lacks)).to.deep.equal([
      `event ${rows.revision} of ${rows.stream} is missing`,
      `${nameOf(eventOf("RewardsAllocated"))}: allocated rows: expected 5, found 0`,
    ]);
    expect(of1(lacks, "RewardsAllocated")?.text).to.equal(of1(whole, "RewardsAllocated")?.text);
    expect(lacks.outcome).to.equal(whole.outcome);
  });

  it("names rows that are not those of their digest, with and without the inputs", async () => {
    const other = (data: Data) => add(row(data, "rows", 1), "net", 1n);
    expect(whys(await damaged("DelegatorRewardsAllocated", other))).to.deep.equal([
      `${nameOf(eventOf("RewardsAllocated"))}: 1 differences in rows of other delegators`,
    ]);
    const both = changed(world, "DelegatorRewardsAllocated", other, ofCycle).map((event) =>
      event.type === "RawReplyRecorded" && ofCycle(event) ? { ...event, data: "{}" } : event,
    );
    const [, , , last] = whys(await told(both));
    expect(last).to.match(
      /\(RewardsAllocated\): allocation: digest: expected [0-9a-f]{64}, found [0-9a-f]{64}$/,
    );
  });

  it("tells of a plan whose rows are damaged what its batches and operations say", async () => {
    const rows = eventOf("ObligationsAdded");
    const lacks = await lacking(rows);
    const planned = nameOf(eventOf("PayoutPlanned"));
    expect(whys(lacks)).to.deep.equal([
      `event ${rows.revision} of ${rows.stream} is missing`,
      `${planned}: 0 of its 5 rows are there`,
    ]);
    expect(lacks.outcome).to.equal(
      "not certain, for its payment cannot all be read: its row is not among what can be read of the plan",
    );
    expect(of1(lacks, "PayoutPlanned")?.text).to.equal(
      "planned: its row is not among what can be read of it",
    );
    expect(types(lacks)).to.deep.equal(types(whole));
    expect(of1(lacks, "BatchFormed")).to.deep.equal(of1(whole, "BatchFormed"));
    const other = await damaged("ObligationsAdded", (data) => add(row(data, "rows"), "due", 1n));
    expect(whys(other)).to.deep.equal([`${planned}: its rows are not those of its digest`]);
    expect(other.outcome).to.equal(`not certain, for its payment cannot all be read: ${whole.outcome}`);
  });

  it("tells what the ledger's lists say, as far as they are there", async () => {
    const ledger = of(`ledger-${BAKER}`);
    const carried = eventOf("CarriedRows", ledger);
    const closing = nameOf(eventOf("BalancesCarried", ledger));
    const lacks = world.store.snapshot().filter(({ id }) => id !== carried.id);
    const missing = [
      `event ${carried.revision} of ${carried.stream} is missing`,
      `${closing}: 0 of its 3 rows are there`,
    ];
    const taken = await told(lacks);
    expect(whys(taken)).to.deep.equal(missing);
    expect(types(taken)).to.deep.equal(types(whole).filter((type) => type !== "BalancesTaken"));
    expect(taken.outcome).to.equal(whole.outcome);
    const left = await told(lacks, asCycle(0));
    expect(whys(left)).to.deep.equal(missing);
    expect(of1(left, "BalancesCarried")?.text).to.equal(
      "left in the ledger for later payouts: its row cannot be read",
    );
    const other = (data: Data) => add(row(data, "rows"), "amount", 1n);
    expect(whys(await damaged("CarriedRows", other, ledger))).to.deep.equal([
      `${closing}: its rows are not those of its digest`,
    ]);
  });

  it("counts nothing that came into the ledger after the take, however much before it cannot be read", async () => {
    const other = await carryingWorld();
    const adjust = (reference: string) =>
      adjustBalance(actsOf(other), {
        delegator: DELEGATOR,
        amount: mutez(1_000_000n),
        reason: "correction",
        reference,
        allowNegative: false,
      });
    await adjust("first");
    await adjust("second");
    await settle(other, [1]);
    await adjust("later");
    const ledger = other.store.snapshot().filter(of(`ledger-${BAKER}`));
    const second = ledger.findIndex(({ data }) => data.includes("second"));
    const gone = new Set(ledger.slice(1, second).map(({ id }) => id));
    expect(gone.size).to.equal(3);
    const events = other.store.snapshot().map((each) => (gone.has(each.id) ? { ...each, data: "{}" } : each));
    const story = await auditPayout(portsOf(other, events), CYCLE, DELEGATOR);
    expect(of1(story, "BalancesTaken")?.text).to.equal("taken from the ledger for this payout: 1.000000 tez");
    expect(of1(story, "BalancesTaken")?.details).to.have.length(1);
    expect(story.unread).to.have.length(3);
  });

  it("shows an event in a stream that it does not belong into", async () => {
    const { data } = eventOf("CycleEnded");
    const foreign = world.store
      .snapshot()
      .map((event) =>
        event.id === eventOf("BatchSettled").id ? { ...event, type: "CycleEnded", data } : event,
      );
    const story = await told(foreign);
    expect(whys(story)).to.deep.equal([
      `${nameOf({ ...eventOf("BatchSettled"), type: "CycleEnded" })}: it does not belong there`,
    ]);
    expect(story.outcome).to.match(/^not certain, for its payment cannot all be read: under way: /);
  });

  it("is told whatever single event cannot be read or is missing, which is named", async () => {
    const isLast = ({ stream, revision }: RecordedEvent) =>
      world.store.snapshot().every((event) => event.stream !== stream || event.revision <= revision);
    const concerned = world.store
      .snapshot()
      .filter(({ stream }) => stream.endsWith("_1") || stream.startsWith("baker-"));
    expect(concerned.length).to.be.greaterThan(15);
    for (const event of concerned) {
      const unreadable = await told(
        world.store.snapshot().map((each) => (each.id === event.id ? { ...each, data: "{}" } : each)),
      );
      expect(unreadable.unread, nameOf(event)).to.deep.include({
        stream: event.stream,
        revision: event.revision,
        why:
          `cannot read event ${event.revision} of ${event.stream} (${event.type} version ${event.schemaVersion}): ` +
          `it was written by another release of TAPS, or damaged`,
      });
      expect(types(unreadable).length, nameOf(event)).to.be.greaterThan(8);
      if (isLast(event)) continue;
      const { stream, revision } = event;
      expect((await lacking(event)).unread, nameOf(event)).to.deep.include({
        stream,
        revision,
        why: `event ${revision} of ${stream} is missing`,
      });
    }
  });

  it("is refused as ever for who has nothing to do with a cycle that can be read", async () => {
    const raw = changed(
      world,
      "RawReplyRecorded",
      (data) =>
        (data["gzip"] = gzipSync(gunzipSync(Buffer.from(String(data["gzip"]), "base64"))).toString("base64")),
    );
    expect(await auditPayout(portsOf(world, raw), CYCLE, addressOf(99)).catch(String)).to.match(
      /^ActRefused: this delegator is not in it/,
    );
  });
});
