import { expect } from "chai";
import { auditPayout, type PayoutStory } from "../../../../src/application/audit/payout.js";
import { classifyOperation } from "../../../../src/application/commands/classify.js";
import { skipCycle } from "../../../../src/application/commands/cycles.js";
import { adjustBalance } from "../../../../src/application/commands/ledger.js";
import { holdPayment, releasePayment } from "../../../../src/application/commands/payments.js";
import { setPolicy } from "../../../../src/application/commands/policy.js";
import { setTerms } from "../../../../src/application/commands/terms.js";
import { asCycle, type Address } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { obligationId } from "../../../../src/domain/payment/events.js";
import * as Payment from "../../../../src/domain/payment/payment.js";
import { CodedEventLog } from "../../../../src/infrastructure/eventstore/event-log.js";
import { BAKER, modelGenesis, PAYER, someTz } from "../../../support/chain-model.js";
import { addressOf } from "../../../support/rewards.js";
import { carryingWorld } from "../../../support/world/carrying.js";
import { dataOf } from "../../../support/world/events.js";
import { letPass, once, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceChain } from "../../../support/world/scenario.js";
import { World } from "../../../support/world/world.js";

const storyOf = (world: World, cycle: number, delegator: Address): Promise<PayoutStory> =>
  auditPayout({ log: new CodedEventLog(world.store), baker: BAKER }, asCycle(cycle), delegator);

/** What is told of events of these types, with the details. */
const toldOf = ({ steps }: PayoutStory, ...types: readonly string[]): readonly string[] =>
  steps.filter(({ event }) => types.includes(event.type)).flatMap(({ text, details }) => [text, ...details]);

describe("the story of a payout", function () {
  this.timeout(10_000);
  let world: World;

  beforeEach(async () => {
    world = await carryingWorld();
  });

  it("is told in the order of the log, each step by its event", async () => {
    const { steps, outcome } = await storyOf(world, 0, addressOf(0));
    expect(steps.map(({ event }) => event.type)).to.deep.equal([
      "CycleOpened",
      "CycleEnded",
      "RewardInputsRecorded",
      "RewardsAllocated",
      "AllocationFixed",
      "PayoutPlanned",
      "BatchFormed",
      "OperationSigned",
      "OperationIncluded",
      "OperationFinalised",
      "BatchSettled",
      "BalancesCarried",
      "CycleSettled",
    ]);
    const recorded = new Map(world.store.snapshot().map((event) => [event.id, event]));
    for (const { event, time } of steps) {
      const { type, stream, revision, position, recordedAt } = recorded.get(event.id) ?? {};
      expect({ type, stream, revision, position, id: event.id }).to.deep.equal(event);
      expect(time).to.deep.equal(recordedAt);
    }
    const [operation] = dataOf(world, "OperationSigned");
    expect(outcome).to.equal(`paid: 6.895325 tez to ${addressOf(0)} by operation ${operation?.hash}`);
  });

  it("fills the formula with the numbers of the row", async () => {
    const [allocation] = dataOf(world, "RewardsAllocated");
    expect(toldOf(await storyOf(world, 0, addressOf(0)), "RewardsAllocated")).to.deep.equal([
      "allocated: 7.258237 tez less the fee of 0.362912 tez is 6.895325 tez",
      "engine taps/1; fee 5 %",
      "minimum payout 3.000000 tez, below it: carry; minimum balance 0.000000 tez",
      "the network's fee is paid by the baker, a new account's by the baker",
      "P = 23387653: income of blocks, attestations, dal, blockFees, nonceRevelations, vdfRevelations",
      "b = 9000000000: the balance that counts",
      "D = 24000000000: balances of all delegators who share",
      "O' = 5000000000: the baker's own delegated balance",
      "T' = 29000000000: all that shares",
      "gross = floor(P x (T' - O') x b / (T' x D)) = floor(23387653 x (29000000000 - 5000000000) x 9000000000 / (29000000000 x 24000000000)) = 7258237",
      "net = floor(gross x (10000 - feeBps) / 10000) = floor(7258237 x (10000 - 500) / 10000) = 6895325",
      "fee = gross - net = 7258237 - 6895325 = 362912",
      `digest of the result ${allocation?.resultDigest}`,
    ]);
  });

  it("tells why nothing was paid, and where what was carried came from", async () => {
    await settle(world, [0, 1]);
    const first = await storyOf(world, 0, addressOf(2));
    expect(first.outcome).to.equal(
      "nothing is paid in this cycle: 1.532293 tez and 0.000000 tez from the ledger are 1.532293 tez, below the minimum payout: carried",
    );
    expect(toldOf(first, "BalancesCarried")).to.deep.equal([
      "left in the ledger for later payouts: 1.532293 tez",
    ]);
    const second = await storyOf(world, 1, addressOf(2));
    const [taken, why] = toldOf(second, "BalancesTaken");
    expect(taken).to.equal("taken from the ledger for this payout: 1.532293 tez");
    expect(why).to.match(/^1\.532293 tez: what the payout of 0 left \(event \d+ of the ledger\)$/);
    expect(second.outcome).to.match(/^paid: 3\.064586 tez to /);
  });

  it("tells of adjustments, and of a sum below zero", async () => {
    const said = { reason: "overpaid" as const, reference: "twice in May", allowNegative: true };
    await adjustBalance(actsOf(world), { delegator: addressOf(0), amount: mutez(-20_000_000n), ...said });
    await settle(world, [1]);
    const story = await storyOf(world, 1, addressOf(0));
    expect(toldOf(story, "BalancesTaken")[1]).to.match(
      /^-20\.000000 tez: overpaid, reference "twice in May", by cli:somebody \(event \d+ of the ledger\)$/,
    );
    expect(story.outcome).to.match(
      /and -20\.000000 tez from the ledger are -13\.\d{6} tez: carried as they are$/,
    );
  });

  it("tells what the baker keeps below the minimum, of a suspended one, and of one that left", async () => {
    await setTerms(actsOf(world), addressOf(1), { status: "suspend" });
    await setPolicy(actsOf(world), { minimumPayout: "6000000", belowMinimumPayout: "keep" });
    world.rewards.revise((list) => list.filter(({ address }) => address !== addressOf(4)));
    await settle(world, [1]);
    expect((await storyOf(world, 1, addressOf(2))).outcome).to.match(
      /below the minimum payout: the baker keeps 1\.\d{6} tez, and 1\.532293 tez are carried$/,
    );
    const suspended = await storyOf(world, 1, addressOf(1));
    expect(suspended.outcome).to.equal(
      "nothing is paid in this cycle: suspended: nothing of this cycle is its, and 0.000000 tez stay in the ledger as they are",
    );
    expect(toldOf(suspended, "RewardsAllocated")).to.include("its status: suspend");
    expect((await storyOf(world, 1, addressOf(4))).outcome).to.equal(
      "nothing is paid in this cycle: it is not in this cycle: 1.532293 tez stay in the ledger as they are",
    );
  });

  it("tells of a hold, a release to another recipient, and the payment by itself", async () => {
    once(world, "after", "PayoutPlanned", () =>
      holdPayment(actsOf(world), asCycle(1), addressOf(0), "looks odd"),
    );
    await settle(world, [1]);
    expect((await storyOf(world, 1, addressOf(0))).outcome).to.match(/^held: 6\.\d{6} tez, looks odd$/);
    await setTerms(actsOf(world), addressOf(0), { recipient: someTz("elsewhere") });
    await releasePayment(actsOf(world), asCycle(1), addressOf(0));
    await letPass(world, 8);
    const story = await storyOf(world, 1, addressOf(0));
    expect(toldOf(story, "ObligationHeld", "ObligationReleased")).to.deep.equal([
      "held by cli:somebody: looks odd",
      `let go by cli:somebody: it is paid alone, to ${someTz("elsewhere")}`,
    ]);
    expect(story.outcome).to.match(
      new RegExp(`^paid: 6\\.\\d{6} tez to ${someTz("elsewhere")} by operation `),
    );
  });

  it("tells of what was paid outside", async () => {
    const operation = world.sendByHand([{ to: addressOf(0), amount: 1_000n }]);
    await letPass(world, 12);
    const payment = Payment.cycleStream(BAKER, asCycle(1));
    const claim = { content: 0, payment, obligation: obligationId("delegator", addressOf(0)) };
    await classifyOperation(actsOf(world), operation.hash, [claim], "by hand");
    const story = await storyOf(world, 1, addressOf(0));
    expect(toldOf(story, "ObligationPaidOutside")).to.deep.equal([
      `paid outside of TAPS, as cli:somebody says: 0.001000 tez by content 0 of operation ${operation.hash}`,
    ]);
    expect(story.outcome).to.match(/^paid: 0\.001000 tez to .*, outside of TAPS$/);
  });

  it("tells of a skipped cycle whose plan is void, and what went back", async () => {
    once(world, "after", "PayoutPlanned", () => skipCycle(actsOf(world), asCycle(1), "paid by hand"));
    await letPass(world, 12);
    const story = await storyOf(world, 1, addressOf(2));
    expect(story.outcome).to.equal("not paid: the cycle was skipped");
    expect(toldOf(story, "PayoutRejected", "BalancesCarried", "CycleSkipped")).to.deep.equal([
      "the plan is void: paid by hand (cli:somebody)",
      "left in the ledger for later payouts: 1.532293 tez",
      "the cycle is given up: paid by hand (cli:somebody)",
    ]);
  });

  it("tells of the wallet's own share", async () => {
    const own = new World({
      delegators: [
        { address: PAYER, balance: 5_000_000_000n },
        { address: addressOf(1), balance: 5_000_000_000n },
      ],
      genesis: modelGenesis(referenceChain),
    });
    await own.setUp();
    await settle(own, [0]);
    const story = await storyOf(own, 0, PAYER);
    expect(story.outcome).to.match(/^settled without a transfer: \d\.\d{6} tez are the paying wallet's own$/);
    expect(toldOf(story, "PayoutPlanned")).to.include(
      "it is the wallet that pays: settled without a transfer",
    );
  });

  it("tells of each attempt: one that died, one that a reorganisation dropped", async () => {
    const { process } = world.start();
    const signed = () => dataOf(world, "OperationSigned").length;
    const until = async (done: () => boolean, bake = () => world.bake()) => {
      for (await process.step(); !done(); await process.step()) bake();
    };
    const before = signed();
    await until(() => signed() > before);
    await until(
      () => signed() > before + 1,
      () => world.bakeEmpty(),
    );
    world.bake();
    await process.step();
    world.reorganise(1, false);
    await settle(world, [1]);
    const story = await storyOf(world, 1, addressOf(0));
    const attempts = toldOf(story, "OperationProvenDead", "OperationReorganised", "OperationFinalised");
    expect(attempts.map((text) => text.replace(/^o\w+\.\.\.: /, "").replace(/\d+/g, "n"))).to.deep.equal([
      "dead: its branch is too old for any block, as final block n proves",
      "block n left the chain: the same bytes go out again",
      "final in block n: this content is applied: n.n tez are paid",
    ]);
    expect(toldOf(story, "OperationSigned").filter((text) => text.startsWith("signed"))).to.have.length(2);
  });

  it("is refused by name for who has nothing to do with the cycle, and for a cycle that is not known", async () => {
    expect(await storyOf(world, 0, someTz("nobody")).catch(String)).to.match(
      /^ActRefused: this delegator is not in it/,
    );
    expect(await storyOf(world, 99, addressOf(0)).catch(String)).to.match(/TAPS has not seen this cycle/);
  });
});
