import { expect } from "chai";
import { checkProof } from "../../../../src/application/audit/check.js";
import { type PayoutShown } from "../../../../src/application/audit/check-payout.js";
import { ProofFails } from "../../../../src/application/audit/leaves.js";
import { type PayoutProof } from "../../../../src/application/audit/payout-proof.js";
import {
  NotProvable,
  proveConsistency,
  provePayout,
  type Proven,
} from "../../../../src/application/audit/prove.js";
import { Repository } from "../../../../src/application/repository.js";
import { type Address, asCycle } from "../../../../src/domain/identifiers.js";
import { eventReading } from "../../../../src/infrastructure/eventstore/codec.js";
import { CodedEventLog } from "../../../../src/infrastructure/eventstore/event-log.js";
import { auditKey, checkpointerOn, type SignedLog, signedLog } from "../../../support/audit/signed-log.js";
import { BAKER } from "../../../support/chain-model.js";
import { termsRowCodec } from "../../../../src/domain/reward/policy-codec.js";
import { addressOf, policyOf } from "../../../support/rewards.js";
import { referenceDelegators, referenceWorld, runReference } from "../../../support/world/scenario.js";
import { PlainCodec } from "../../../support/world/memory-chain.js";
import { type World } from "../../../support/world/world.js";

const codec = new PlainCodec();
const REFUSING = referenceDelegators.at(-1)?.address ?? addressOf(0);

const proveIn = ({ store }: World, delegator: Address, cycle = 0, withTerms = false): Promise<Proven> =>
  provePayout(
    { baker: BAKER, store, repository: new Repository(new CodedEventLog(store)), reading: eventReading },
    { cycle: asCycle(cycle), delegator, withTerms },
  );

const failure = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(undefined, (e: unknown) => e);
  if (error instanceof ProofFails || error instanceof NotProvable) return error.message;
  throw new Error("it did not fail as expected", { cause: error });
};

describe("a proof of a payout", () => {
  let log: SignedLog;
  before(async () => {
    log = await signedLog();
  });

  const check = (proof: unknown, key = log.key) =>
    checkProof(JSON.stringify(proof), { key, reading: eventReading, codec }) as Promise<PayoutShown>;

  it("shows what a delegator was allocated, what was due, and the operation that paid it", async () => {
    const delegator = addressOf(3);
    const { proof, termsOfOthers } = await proveIn(log.world, delegator);
    const shown = await check(proof);
    const paid = log.world.events().find(({ event }) => event.type === "OperationFinalised")?.event;
    if (paid?.type !== "OperationFinalised") throw new Error("nothing is final");
    const { net, gross, fee } = shown.allocation ?? { net: 0n, gross: 0n, fee: 0n };
    expect(net).to.equal(gross - fee);
    expect(net > 0n).to.equal(true);
    const { hash: operation, block, level } = paid.data;
    expect({ ...shown, termsOfOthers }).to.deep.equal({
      log: log.key.name,
      size: Math.max(...log.notes.keys()),
      baker: BAKER,
      cycle: 0,
      delegator,
      allocation: { gross, fee, feeBps: 500, net, status: "pay", reason: null },
      obligation: { due: net, recipient: delegator, self: false },
      payment: { operation, content: 3, recipient: delegator, sent: net, block, level },
      termsOfOthers: 0,
    });
  });

  it("shows no other delegator's row", async () => {
    const text = JSON.stringify((await proveIn(log.world, addressOf(3))).proof);
    const others = referenceDelegators.filter(({ address }) => address !== addressOf(3));
    expect(others.filter(({ address }) => text.includes(address))).to.deep.equal([]);
  });

  it("goes as far as the payout has come", async () => {
    const shown = await check((await proveIn(log.world, REFUSING)).proof);
    expect(shown.allocation?.status).to.equal("pay");
    expect(shown.obligation?.recipient).to.equal(REFUSING);
    expect(shown.payment).to.equal(null);
  });

  it("is not made of nothing, of what no checkpoint covers, or of a log that was changed", async () => {
    expect(await failure(proveIn(log.world, addressOf(999)))).to.match(/^cycle 0 knows no delegator tz1/);
    const world = referenceWorld();
    await runReference(world);
    expect(await failure(proveIn(world, addressOf(3)))).to.match(/no checkpoint yet/);
    const { checkpointer } = checkpointerOn(world, world.store);
    await checkpointer.catchUp();
    const events = world.store.snapshot();
    const second = events.findIndex(({ type }, i) => type === "LogCheckpointed" && i > 0);
    world.store.restore(events.slice(0, second + 1));
    expect(await failure(proveIn(world, addressOf(3), 1))).to.match(/is behind the newest checkpoint/);
    const [, changed] = events;
    if (changed === undefined) throw new Error("no event");
    world.store.restore(events.with(1, { ...changed, metadata: { ...changed.metadata, actor: "mallory" } }));
    expect(await failure(proveIn(world, addressOf(3)))).to.match(/does not fit its checkpoint of \d+ events/);
  });

  it("fails under another key, or with anything in it changed", async () => {
    const { proof } = await proveIn(log.world, addressOf(3));
    expect(await failure(check(proof, auditKey(log.world.chain.chainId, 8)))).to.match(
      /not signed by this key/,
    );
    const { allocation, obligation, payment } = proof;
    if (!allocation || !obligation || !payment) throw new Error("not whole");
    const other = (await proveIn(log.world, addressOf(4))).proof;
    const wrong: readonly (readonly [RegExp, Partial<PayoutProof> & Record<string, unknown>])[] = [
      [/no proof of TAPS/, { more: 1 }],
      [/no proof of TAPS/, { proof: "taps/payout/2" as "taps/payout/1" }],
      [/RewardsAllocated: the event is in the stream/, { cycle: asCycle(1) }],
      [/the allocation is another delegator's/, { delegator: addressOf(4) }],
      [/the allocation is another delegator's/, { allocation: other.allocation }],
      [/the obligation is another delegator's/, { obligation: other.obligation }],
      [/it was sent to /, { payment: { ...payment, content: 4 } }],
      [/content is no transfer/, { payment: { ...payment, content: 400 } }],
      [
        /OperationSigned: the event is OperationFinalised/,
        { payment: { ...payment, signed: payment.final } },
      ],
      [
        /the event does not stand in the log/,
        { payment: { ...payment, final: { ...payment.final, index: 1 } } },
      ],
      [/payment of nothing/, { obligation: null }],
      [/row does not stand in the list/, { allocation: { ...allocation, row: raised(allocation.row) } }],
      [/row does not stand in the list/, { obligation: { ...obligation, index: obligation.index + 1 } }],
      [/its checkpoint is not signed/, { checkpoint: proof.checkpoint.replace(/\n\d+\n/, "\n99\n") }],
      [/its checkpoint is none/, { checkpoint: "" }],
    ];
    for (const [why, change] of wrong) expect(await failure(check({ ...proof, ...change }))).to.match(why);
  });

  it("fails with any character of a leaf or a path changed", async () => {
    const { proof } = await proveIn(log.world, addressOf(3));
    const text = JSON.stringify(proof);
    for (let at = 0; at < text.length; at += 97) {
      const char = text[at] ?? "";
      const other = /[0-8a-e]/.test(char) ? String.fromCharCode(char.charCodeAt(0) + 1) : "z";
      const changed = `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
      const shown = checkProof(changed, { key: log.key, reading: eventReading, codec });
      expect(await failure(shown), `character ${at}: ${char}`).to.be.a("string");
    }
  });

  it("leaves the allocation out where it would show the terms of others, unless that is asked for", async () => {
    const terms = [termsRowCodec.parse({ delegator: addressOf(5), feeBps: 100 })];
    const other = await signedLog({ ...referenceWorld().options, policy: policyOf({}).allocation, terms });
    const { proof, termsOfOthers } = await proveIn(other.world, addressOf(3));
    expect({ allocation: proof.allocation, termsOfOthers }).to.deep.equal({
      allocation: null,
      termsOfOthers: 1,
    });
    expect((await check(proof)).payment).to.not.equal(null);
    const whole = await proveIn(other.world, addressOf(3), 0, true);
    expect((await check(whole.proof)).allocation?.feeBps).to.equal(500);
    expect((await check((await proveIn(other.world, addressOf(5))).proof)).allocation?.feeBps).to.equal(100);
  });
});

describe("a proof that a log was only added to", () => {
  it("holds between two of its checkpoints, in this order, under its key", async () => {
    const { world, notes, key } = await signedLog();
    const [older = "", newer = ""] = [...notes.values()];
    const [before, after] = [...notes.keys()];
    const proof = await proveConsistency(world.store, older, newer);
    const check = (of: unknown, under = key) =>
      checkProof(JSON.stringify(of), { key: under, reading: eventReading, codec });
    expect(await check(proof)).to.deep.equal({ log: key.name, older: before, newer: after });
    expect(await failure(check({ ...proof, path: [...proof.path].reverse() }))).to.match(/does not continue/);
    expect(await failure(check({ ...proof, older: newer, newer: older }))).to.match(/does not continue/);
    expect(await failure(check(proof, auditKey(world.chain.chainId, 8)))).to.match(/not signed by this key/);
    expect(await failure(proveConsistency(world.store, newer, older))).to.match(/covers more than the newer/);
    expect(await failure(proveConsistency(world.store, "no note", newer))).to.match(/no signed checkpoint/);
    const [, changed] = world.store.snapshot();
    if (changed === undefined) throw new Error("no event");
    world.store.restore(world.store.snapshot().with(1, { ...changed, data: `${changed.data} ` }));
    expect(await failure(proveConsistency(world.store, older, newer))).to.match(
      /does not fit its checkpoint/,
    );
  });
});

const raised = (row: unknown) => ({ ...(row as Record<string, string>), net: "999999999999" });
