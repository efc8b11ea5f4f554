import { gunzipSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { classifyOperation } from "../../../../src/application/commands/classify.js";
import { holdPayment, releasePayment } from "../../../../src/application/commands/payments.js";
import { rejectPayout } from "../../../../src/application/commands/payouts.js";
import { recomputeCycle, releaseCycle } from "../../../../src/application/commands/cycles.js";
import { settleDelegator } from "../../../../src/application/commands/settle.js";
import { sendTransfers } from "../../../../src/application/commands/money.js";
import { type Parts, replay, replayPart } from "../../../../src/application/replay/replay.js";
import { type RecordedEvent } from "../../../../src/application/ports/event-store.js";
import { BlockUnavailable } from "../../../../src/application/ports/chain.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { obligationId } from "../../../../src/domain/payment/events.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { BAKER, someTz } from "../../../support/chain-model.js";
import { addressOf } from "../../../support/rewards.js";
import { bondWorld, payBond } from "../../../support/world/bond.js";
import { carryingWorld } from "../../../support/world/carrying.js";
import { dataOf } from "../../../support/world/events.js";
import { letPass, once, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { assertReplays, chainOf, portsOf, replayOf } from "../../../support/world/replaying.js";
import { referenceWorld, runReference } from "../../../support/world/scenario.js";
import { add, changed, type Data, found, row, type Type, without } from "../../../support/world/tampering.js";
import { type World } from "../../../support/world/world.js";

const OTHER = "0".repeat(64);

describe("a log that was changed, computed once more", function () {
  this.timeout(20_000);
  let world: World;
  const tampered = (
    type: Type,
    change: (data: Data) => void,
    of?: (event: RecordedEvent) => boolean,
  ): Promise<readonly string[]> => found(world, changed(world, type, change, of));

  before(async () => {
    world = await carryingWorld();
    await settle(world, [0, 1, 2]);
  });

  it("comes out again while it is as it was", async () => {
    const { checked } = await assertReplays(world);
    expect(checked).to.include({ inputs: 3, rows: 15, plans: 3, batches: 3, operations: 3, readBack: 3 });
    expect(checked.carriedRows).to.be.greaterThan(0);
  });

  it("shows an amount of an allocated row, and no more", async () => {
    for (const field of ["net", "gross", "fee", "balance"])
      expect(
        await tampered("DelegatorRewardsAllocated", (data) => add(row(data, "rows"), field, 1n)),
      ).to.deep.equal([`DelegatorRewardsAllocated: allocated row: ${field} of one`]);
  });

  it("names cycle, delegator, both values and the event's place", async () => {
    const events = changed(world, "DelegatorRewardsAllocated", (data) =>
      add(row(data, "rows", 2), "net", -5n),
    );
    const { differences, holds } = await replayOf(world, {}, events);
    const [difference] = differences;
    const [before] = dataOf(world, "DelegatorRewardsAllocated");
    const net = before?.rows[2]?.net ?? 0n;
    expect(holds).to.equal(false);
    expect(difference).to.deep.include({
      cycle: 0,
      delegator: addressOf(2),
      expected: String(net),
      found: String(net - 5n),
    });
    expect(difference?.event).to.include({ stream: `reward-${BAKER}_0`, type: "DelegatorRewardsAllocated" });
    const position = world.store
      .snapshot()
      .find(({ type }) => type === "DelegatorRewardsAllocated")?.position;
    expect(difference?.event?.position).to.equal(position);
  });

  it("shows totals and digests of what closes a list", async () => {
    const closers: readonly (readonly [Type, string, string])[] = [
      ["RewardInputsRecorded", "digest", "inputs: digest"],
      ["RewardsAllocated", "digest", "allocation: digest"],
      ["RewardsAllocated", "resultDigest", "allocation: resultDigest"],
      ["PayoutPlanned", "digest", "plan: digest"],
      ["BalancesCarried", "digest", "carried balances: digest"],
    ];
    for (const [type, field, what] of closers)
      expect(await tampered(type, (data) => (data[field] = OTHER))).to.deep.equal([`${type}: ${what}`]);
    const sums: readonly (readonly [Type, string, string])[] = [
      ["RewardInputsRecorded", "ownStaked", "inputs"],
      ["RewardsAllocated", "pool", "allocation"],
      ["RewardsAllocated", "feeTotal", "allocation"],
      ["PayoutPlanned", "sum", "plan"],
      ["PayoutPlanned", "taken", "plan"],
      ["PayoutPlanned", "kept", "plan"],
      ["PayoutCompleted", "paid", "completed payout"],
      ["PayoutCompleted", "networkFees", "completed payout"],
      ["BalancesCarried", "sum", "carried balances"],
      ["CycleSettled", "carried", "settled cycle"],
      ["CycleSettled", "networkCosts", "settled cycle"],
    ];
    for (const [type, field, what] of sums)
      expect(await tampered(type, (data) => add(data, field, 1n))).to.deep.equal([
        `${type}: ${what}: ${field}`,
      ]);
  });

  it("shows a reply that is another, that cannot be read, or that was cut", async () => {
    const rewritten = (change: (text: string) => string) => (data: Data) => {
      const text = gunzipSync(Buffer.from(String(data["gzip"]), "base64")).toString();
      data["gzip"] = gzipSync(change(text)).toString("base64");
    };
    const another = await tampered(
      "RawReplyRecorded",
      rewritten((text) => text.replace("futureBlocks", "pastBlocks")),
    );
    expect(another).to.deep.equal([
      "RewardInputsRecorded: inputs: attempt",
      "RawReplyRecorded: reply: attempt",
    ]);
    const fewer = await tampered(
      "RawReplyRecorded",
      rewritten((text) => text.replace(/delegatedBalance\\":\d+/, 'delegatedBalance\\":1')),
    );
    expect(fewer).to.deep.equal(["RawReplyRecorded: reply"]);
    expect(await tampered("RawReplyRecorded", (data) => (data["gzip"] = "AAAA"))).to.deep.equal([
      "RawReplyRecorded: reply",
    ]);
  });

  it("shows terms that were never in force", async () => {
    const events = changed(world, "RewardsAllocated", (data) => ((data["policy"] as Data)["feeBps"] = 1));
    const whats = await found(world, events);
    expect(whats).to.include("RewardsAllocated: allocation: policy");
  });

  it("shows an obligation, a batch's item and a result", async () => {
    expect(await tampered("ObligationsAdded", (data) => add(row(data, "rows"), "due", 1n))).to.deep.equal([
      "ObligationsAdded: obligation: due of one",
    ]);
    const recipient = (data: Data) => (row(data, "rows")["recipient"] = someTz("a thief"));
    expect(await tampered("ObligationsAdded", recipient)).to.deep.equal([
      "ObligationsAdded: obligation: recipient of one",
    ]);
    expect(await tampered("BatchFormed", (data) => add(row(data, "items"), "sent", -1n))).to.deep.equal([
      "BatchFormed: batch item: sent and fees of one",
    ]);
    expect(
      await tampered("BatchSettled", (data) => (row(data, "results")["result"] = "returned")),
    ).to.deep.equal(["BatchSettled: result: result of one"]);
    expect(await tampered("BatchSettled", (data) => add(data, "fee", 1n))).to.deep.equal([
      "BatchSettled: settled batch: fee",
    ]);
  });

  it("shows a carried row, and goes on with what should be there", async () => {
    expect(await tampered("CarriedRows", (data) => add(row(data, "rows"), "amount", 1n))).to.deep.equal([
      "CarriedRows: carried row: amount of one",
    ]);
    expect(await tampered("CarriedRows", (data) => (data["rows"] as Data[]).pop())).to.deep.equal([
      "BalancesCarried: carried rows",
    ]);
  });

  it("shows signed bytes that pay another, or another amount", async () => {
    const [operation] = dataOf(world, "OperationSigned");
    const bytes = Buffer.from(operation?.bytes.slice(0, -128) ?? "", "hex").toString();
    const say = (text: string) => (data: Data) =>
      (data["bytes"] = Buffer.from(text).toString("hex") + (operation?.bytes.slice(-128) ?? ""));
    const more = await tampered("OperationSigned", say(bytes.replace(/"amount":"(\d)/, '"amount":"9$1')));
    expect(more).to.deep.equal([
      "OperationSigned: signed operation: hash",
      "OperationSigned: signed operation: digest",
      "OperationSigned: signed content: amount of one",
      "OperationFinalised: content on chain: amount of one",
    ]);
    const other = await tampered("OperationSigned", say(bytes.replace(addressOf(0), someTz("a thief"))));
    expect(other).to.include("OperationSigned: signed content: destination of one");
    expect(await tampered("OperationSigned", say("nothing"))).to.deep.equal([
      "OperationSigned: signed bytes",
      "OperationSigned: signed operation: hash",
      "BatchSettled: settled batch",
    ]);
  });

  it("shows an operation that no payment knows", async () => {
    const payment = Payment.cycleStream(BAKER, asCycle(0));
    expect(await tampered("OperationSigned", (data) => (data["batchId"] = `${payment}/9`))).to.deep.equal([
      "BatchSettled: settled batch",
      `undefined: operations signed for ${payment}`,
    ]);
  });

  it("shows a final content that the payment, or the chain, has otherwise", async () => {
    const end = (change: (content: Data) => void) =>
      tampered("OperationFinalised", (data) => change(row(data, "contents")));
    expect(await end((content) => (content["status"] = "failed"))).to.deep.equal([
      "BatchSettled: result: result of one",
      "OperationFinalised: content on chain: status of one",
    ]);
    expect(await end((content) => add(content, "fee", 1n))).to.deep.equal([
      "OperationFinalised: final content: fee of one",
    ]);
    expect(await end((content) => add(content, "burn", 1n))).to.deep.equal([
      "BatchSettled: settled batch: burn",
      "OperationFinalised: content on chain: burn of one",
    ]);
    expect(await tampered("OperationFinalised", (data) => (data["level"] = 1))).to.deep.equal([
      "OperationFinalised: block of a final operation",
      "OperationFinalised: final operation",
    ]);
  });

  it("shows what is missing", async () => {
    expect(await found(world, without(world, "OperationSigned"))).to.deep.equal([
      "BatchSettled: settled batch",
    ]);
    expect(await found(world, without(world, "DelegatorRewardsAllocated"))).to.deep.equal([
      "RewardsAllocated: allocated rows",
    ]);
    expect(await found(world, without(world, "BalancesTaken"))).to.include("PayoutPlanned: plan");
  });

  it("shows only what is one delegator's, or of the whole", async () => {
    const events = changed(world, "DelegatorRewardsAllocated", (data) => {
      for (const n of [0, 1]) add(row(data, "rows", n), "net", 1n);
    });
    const { differences } = await replayOf(world, { delegator: addressOf(1) }, events);
    expect(differences.map(({ delegator }) => delegator)).to.deep.equal([addressOf(1)]);
    const refused = await replayOf(world, { delegator: someTz("nobody") }).catch(String);
    expect(refused).to.match(/not in it/);
  });

  it("looks at the cycles that are asked for alone, with what the ledger had then", async () => {
    const events = changed(world, "CarriedRows", (data) => add(row(data, "rows"), "amount", 1n));
    const one = (n: number) => ({ cycles: { first: asCycle(n), last: asCycle(n) } });
    expect((await replayOf(world, one(2), events)).holds).to.equal(true);
    expect((await replayOf(world, one(0), events)).differences).to.have.length(1);
    expect(await replayOf(world, one(77)).catch(String)).to.match(/TAPS has not seen this cycle/);
  });

  it("finds the same in parts beside each other", async () => {
    const inParts = async (events?: readonly RecordedEvent[]) => {
      const runs: number[] = [];
      const run: Parts["run"] = (part, tell) => {
        runs.push(part.cycles.length);
        return replayPart(portsOf(world, events), part, tell);
      };
      const parts = { count: 2, leastCycles: 1, run };
      const query = { cycles: "all" as const, delegator: undefined, chain: undefined, tell: () => undefined };
      return { report: await replay({ ...portsOf(world, events), parts }, query), runs };
    };
    const whole = await inParts();
    expect(whole.runs).to.deep.equal([2, 2]);
    expect(whole.report).to.deep.equal(await replayOf(world, { chain: undefined }));
    const events = changed(world, "CarriedRows", (data) => add(row(data, "rows"), "amount", 1n));
    const { report } = await inParts(events);
    expect(report).to.deep.equal(await replayOf(world, { chain: undefined }, events));
    expect(report.differences).to.have.length(1);
  });

  it("asks the index for blocks that the nodes have pruned", async () => {
    const { chain, history } = chainOf(world);
    const pruned = Object.create(chain, {
      block: { value: (level: never) => Promise.reject(new BlockUnavailable(level)) },
    }) as typeof chain;
    expect((await replayOf(world, { chain: { chain: pruned, history } })).holds).to.equal(true);
    const lying = {
      ...history,
      contentsOf: async (...asked: Parameters<typeof history.contentsOf>) =>
        (await history.contentsOf(...asked)).map((content) => ({ ...content, amount: mutez(7n) })),
    };
    const { differences } = await replayOf(world, { chain: { chain: pruned, history: lying } });
    expect(new Set(differences.map(({ what }) => what))).to.deep.equal(new Set(["content on chain: amount"]));
  });
});

describe("a log of everything that can happen, computed once more", function () {
  this.timeout(20_000);

  it("comes out again with a contract that refuses and a reorganisation", async () => {
    const world = referenceWorld();
    await runReference(world);
    const { checked } = await assertReplays(world);
    expect(checked).to.include({ inputs: 2, rows: 80, plans: 2, obligations: 80, batches: 6, readBack: 6 });
  });

  it("comes out again with the bond pool's payment, and shows a share that is another", async () => {
    const world = await bondWorld();
    await payBond(world);
    await assertReplays(world);
    const share = (data: Data) => add(row(data, "shares"), "net", 1n);
    expect(await found(world, changed(world, "BondPoolShared", share))).to.deep.equal([
      "BondPoolShared: share: net of one",
    ]);
  });

  it("comes out again with a rejected plan, holds, releases and other money", async () => {
    const world = await carryingWorld();
    const acts = actsOf(world);
    once(world, "after", "PayoutPlanned", async () => {
      const payment = Payment.cycleStream(BAKER, asCycle(1));
      const plan = dataOf(world, "PayoutPlanned").at(-1);
      if (plan) await rejectPayout(actsOf(world), payment, plan.digest, "looks wrong");
    });
    await letPass(world, 10);
    await recomputeCycle(acts, asCycle(1), "another list");
    await releaseCycle(actsOf(world), asCycle(1));
    once(world, "after", "PayoutPlanned", () =>
      holdPayment(actsOf(world), asCycle(1), addressOf(0), "looks odd"),
    );
    await settle(world, [1]);
    await releasePayment(actsOf(world), asCycle(1), addressOf(0));
    await sendTransfers(actsOf(world), "rent", [{ to: someTz("landlord"), amount: mutez(5_000_000n) }]);
    await letPass(world, 20);
    const { checked } = await assertReplays(world);
    expect(checked.plans).to.be.greaterThan(3);
    expect(dataOf(world, "PayoutRejected")).to.have.length(1);
    expect(dataOf(world, "ObligationReleased")).to.have.length(1);
    expect(dataOf(world, "PaymentsClosed")).to.have.length(1);
  });

  it("comes out again with what was paid outside", async () => {
    const world = await carryingWorld();
    const acts = actsOf(world);
    const operation = world.sendByHand([{ to: addressOf(0), amount: 1_000n }]);
    await letPass(world, 12);
    const payment = Payment.cycleStream(BAKER, asCycle(1));
    const claim = { content: 0, payment, obligation: obligationId("delegator", addressOf(0)) };
    await classifyOperation(acts, operation.hash, [claim], "by hand");
    await settle(world, [1]);
    await assertReplays(world);
    const more = changed(world, "ObligationPaidOutside", (data) => add(data, "sent", 1n));
    expect(await found(world, more)).to.include("ObligationPaidOutside: paid outside: sent of one");
    const rest = changed(world, "AdjustmentRecorded", (data) => add(data, "amount", 1n));
    expect(await found(world, rest)).to.include("AdjustmentRecorded: adjustment: amount of one");
    const elsewhere = changed(world, "AdjustmentRecorded", (data) => (data["reference"] = "another"));
    expect(await found(world, elsewhere)).to.deep.equal(["ObligationPaidOutside: adjustment of one"]);
  });

  it("comes out again with what was settled with one who left", async () => {
    const world = await carryingWorld();
    world.rewards.revise((list) => list.filter(({ address }) => address !== addressOf(2)));
    await settleDelegator(actsOf(world), addressOf(2), { to: undefined, reason: "it has left" });
    await letPass(world, 14);
    await assertReplays(world);
    const taken = changed(world, "SettlementTaken", (data) => add(data, "amount", 1n));
    expect(await found(world, taken)).to.include("SettlementTaken: settlement: amount of one");
  });
});
