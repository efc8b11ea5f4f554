import { expect } from "chai";
import { isRefused } from "../../../../src/domain/decision.js";
import { merkleRoot, sha256 } from "../../../../src/domain/digest.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { basisPoints, mutez, sumOf } from "../../../../src/domain/money.js";
import * as Reward from "../../../../src/domain/reward/reward.js";
import { given } from "../../../support/given.js";
import { addressOf } from "../../../support/identifiers.js";
import { POLICY } from "../../../support/payouts.js";

const actor = "ana";
const GZIP = ["H4sIAAAA", "AAAAA6tW", "KkktLlGy"];

const inputs = (reply = "a reply") => ({
  attempt: sha256(reply),
  source: "tzkt" as const,
  headLevel: 5_726_210,
  lastLevel: 5_726_208,
  income: {
    blocks: mutez(5_665_073n),
    attestations: mutez(18_181_627n),
    dal: mutez(0n),
    blockFees: mutez(12_345n),
    nonceRevelations: mutez(0n),
    vdfRevelations: mutez(0n),
  },
  ownDelegated: mutez(1_000_000n),
  externalDelegated: mutez(9_000_000n),
  ownStaked: mutez(600_000_000n),
  count: 2,
  sum: mutez(9_000_000n),
  digest: sha256("rows"),
});
const raw = (index: number, gzip = GZIP[index] ?? "", reply = "a reply"): Reward.Event => ({
  type: "RawReplyRecorded",
  data: { attempt: sha256(reply), index, gzip },
});
const recorded = (chunks = GZIP.length, reply = "a reply"): Reward.Event => ({
  type: "RewardInputsRecorded",
  data: { ...inputs(reply), chunks },
});
const rejection = (reply = "a reply") => ({
  attempt: sha256(reply),
  checks: [{ check: "row-count", message: "3 of 2,919 delegators" }],
});
const rejected = (reply?: string): Reward.Event => ({ type: "RewardInputsRejected", data: rejection(reply) });

const row = (n: number): Reward.AllocatedRow => ({
  delegator: addressOf(n),
  recipient: addressOf(n),
  balance: mutez(1_000_000n + BigInt(n)),
  gross: mutez(100n),
  feeBps: basisPoints.parse(500),
  fee: mutez(5n),
  net: mutez(95n),
  status: "pay",
  reason: null,
});
const rowsOf = (count: number) => Array.from({ length: count }, (_, n) => row(n));
const rootOf = (rows: readonly Reward.AllocatedRow[]) =>
  merkleRoot(
    rows.map((of) => ({
      ...of,
      balance: `${of.balance}`,
      gross: `${of.gross}`,
      fee: `${of.fee}`,
      net: `${of.net}`,
    })),
  );
const result = (name: string) => ({
  engineVersion: "taps/1" as const,
  policy: POLICY,
  terms: [],
  delegationLimit: 9,
  pool: mutez(200n),
  bakerShare: mutez(0n),
  feeTotal: mutez(10n),
  distributed: mutez(190n),
  carried: mutez(0n),
  kept: mutez(0n),
  dust: mutez(0n),
  resultDigest: sha256(name),
});
const chunk = (rows: readonly Reward.AllocatedRow[], name = "one"): Reward.Event => ({
  type: "DelegatorRewardsAllocated",
  data: { attempt: sha256(name), rows: [...rows] },
});
const allocated = (rows: readonly Reward.AllocatedRow[], name = "one"): Reward.Event => {
  const closing = { attempt: sha256(name), inputs: sha256("rows"), count: rows.length };
  return {
    type: "RewardsAllocated",
    data: { ...result(name), ...closing, sum: sumOf(rows, ({ net }) => net), digest: rootOf(rows) },
  };
};
const superseded: Reward.Event = {
  type: "AllocationSuperseded",
  data: { resultDigest: sha256("one"), reason: "policy-changed", actor },
};
const fixed: Reward.Event = { type: "AllocationFixed", data: { digest: sha256("one") } };
const reopened: Reward.Event = { type: "AllocationReopened", data: { digest: sha256("one"), actor } };

const record = (gzipChunks: readonly string[] = GZIP, reply?: string) =>
  Reward.recordInputs({ ...inputs(reply), gzipChunks });
const allocate = (rows: readonly Reward.AllocatedRow[], name = "one") =>
  Reward.allocate({ ...result(name), rows });
const supersede = Reward.supersede({ reason: "policy-changed", actor });

const withInputs = [raw(0), raw(1), raw(2), recorded()];
const withAllocation = [...withInputs, chunk(rowsOf(2)), allocated(rowsOf(2))];

const eventsOf = (decision: ReturnType<ReturnType<typeof record>>) => {
  if (isRefused(decision)) throw new Error(decision.refused);
  return decision;
};

describe("reward inputs", () => {
  it("have a stream for each cycle", () => {
    const baker = addressOf("baker");
    expect(Reward.stream(baker, asCycle(750))).to.equal(`reward-${baker}_750`);
  });

  it("are recorded with the raw reply, once", () => {
    given(Reward).when(record()).then(raw(0), raw(1), raw(2), recorded()).again.thenNothing();
  });

  it("go on with exactly what is missing, wherever the reply was cut", () => {
    const all = eventsOf(record()(Reward.initial));
    expect(all).to.have.length(4);
    for (let cut = 0; cut < all.length; cut += 1) {
      expect(record()(given(Reward, all.slice(0, cut)).thenState()), `cut after ${cut}`).to.deep.equal(
        all.slice(cut),
      );
    }
  });

  it("never mix the chunks of two replies", () => {
    const begun = [raw(0, "b3RoZXI=", "another"), raw(1, "b3RoZXI=", "another")];
    given(Reward, begun).when(record()).then(raw(0), raw(1), raw(2), recorded());
    expect(given(Reward, [...begun, raw(0)]).thenState().raw).to.deep.equal({
      attempt: sha256("a reply"),
      chunks: [GZIP[0]],
    });
  });

  it("never mix two gzips of one reply", () => {
    const begun = [raw(0), raw(1, "b3RoZXI="), raw(2, "b3RoZXI=")];
    given(Reward, begun).when(record()).then(raw(1), raw(2), recorded());
    expect(given(Reward, [...begun, raw(1), raw(2), recorded()]).thenState().raw?.chunks).to.deep.equal(GZIP);
    const shorter = GZIP.slice(0, 2);
    given(Reward, [raw(0), raw(1), raw(2)])
      .when(record(shorter))
      .then(recorded(2));
    expect(given(Reward, [raw(0), raw(1), raw(2), recorded(2)]).thenState().raw?.chunks).to.deep.equal(
      shorter,
    );
  });

  it("refuse to be folded from a reply that was cut short", () => {
    expect(() => given(Reward, [raw(0), recorded()]).thenState()).to.throw("3 rows is closed with 1");
  });

  it("are recorded of one reply only", () => {
    given(Reward, withInputs).when(record(GZIP, "another")).thenRefused("inputs-recorded");
  });

  it("are rejected once for each reply, and never after they were recorded", () => {
    given(Reward).when(Reward.rejectInputs(rejection())).then(rejected()).again.thenNothing();
    given(Reward, [rejected()])
      .when(Reward.rejectInputs(rejection("another")))
      .then(rejected("another"));
    given(Reward, withInputs).when(Reward.rejectInputs(rejection())).thenRefused("inputs-recorded");
    given(Reward, [rejected()]).when(record()).then(raw(0), raw(1), raw(2), recorded());
    expect(given(Reward, [rejected(), ...withInputs]).thenState().rejected).to.equal(undefined);
  });
});

describe("an allocation", () => {
  it("is recorded once, in chunks of at most 500", () => {
    const rows = rowsOf(1_001);
    const chunks = [
      chunk(rows.slice(0, 500)),
      chunk(rows.slice(500, 1_000)),
      chunk(rows.slice(1_000)),
    ] as const;
    given(Reward, withInputs)
      .when(allocate(rows))
      .then(...chunks, allocated(rows))
      .again.thenNothing();
    given(Reward, withInputs).when(allocate([])).then(allocated([])).again.thenNothing();
  });

  it("goes on with exactly what is missing, wherever the list was cut", () => {
    const rows = rowsOf(1_001);
    const all = eventsOf(allocate(rows)(given(Reward, withInputs).thenState()));
    expect(all).to.have.length(4);
    for (let cut = 0; cut < all.length; cut += 1) {
      const state = given(Reward, [...withInputs, ...all.slice(0, cut)]).thenState();
      expect(allocate(rows)(state), `cut after ${cut}`).to.deep.equal(all.slice(cut));
    }
  });

  it("never mixes with one that was left unfinished", () => {
    const begun = [...withInputs, chunk(rowsOf(500), "unfinished")];
    given(Reward, begun)
      .when(allocate(rowsOf(2)))
      .then(chunk(rowsOf(2)), allocated(rowsOf(2)));
    const state = given(Reward, [...begun, chunk(rowsOf(2)), allocated(rowsOf(2))]).thenState();
    expect(state.allocation?.rows).to.deep.equal(rowsOf(2));
    expect(() => given(Reward, [...begun, allocated(rowsOf(2))]).thenState()).to.throw(
      "2 rows is closed with 0",
    );
  });

  it("needs inputs, and stands until it is superseded", () => {
    given(Reward)
      .when(allocate(rowsOf(2)))
      .thenRefused("no-inputs");
    given(Reward, withAllocation)
      .when(allocate(rowsOf(2), "two"))
      .thenRefused("allocation-differs");
    given(Reward, withAllocation).when(supersede).then(superseded).again.thenRefused("no-allocation");
    given(Reward, [...withAllocation, superseded])
      .when(allocate(rowsOf(2), "two"))
      .then(chunk(rowsOf(2), "two"), allocated(rowsOf(2), "two"));
  });

  it("cannot be superseded once a payout has fixed it, until it is reopened", () => {
    given(Reward, withAllocation)
      .when(Reward.fix(sha256("one")))
      .then(fixed)
      .again.thenNothing();
    given(Reward, [...withAllocation, fixed])
      .when(supersede)
      .thenRefused("allocation-fixed");
    given(Reward, [...withAllocation, fixed])
      .when(Reward.reopen(actor))
      .then(reopened)
      .again.thenNothing();
    given(Reward, [...withAllocation, fixed, reopened])
      .when(supersede)
      .then(superseded);
  });

  it("is fixed as the one that is meant", () => {
    given(Reward, withAllocation)
      .when(Reward.fix(sha256("two")))
      .thenRefused("allocation-differs");
    given(Reward, [...withAllocation, fixed])
      .when(Reward.fix(sha256("two")))
      .thenRefused("allocation-differs");
    given(Reward, withInputs)
      .when(Reward.fix(sha256("one")))
      .thenRefused("allocation-differs");
    given(Reward, withInputs).when(Reward.reopen(actor)).thenNothing();
    given(Reward).when(supersede).thenRefused("no-allocation");
  });

  it("folds with every event before it", () => {
    const state = given(Reward, [rejected(), ...withAllocation, fixed]).thenState();
    const closing = allocated(rowsOf(2));
    expect(state).to.deep.equal({
      raw: { attempt: sha256("a reply"), chunks: GZIP },
      inputs: { ...inputs(), chunks: 3 },
      rejected: undefined,
      writing: undefined,
      allocation: { ...closing.data, rows: rowsOf(2) },
      fixed: true,
    });
    const after = given(Reward, [...withAllocation, superseded, chunk(rowsOf(1), "two")]).thenState();
    expect([after.allocation, after.writing]).to.deep.equal([
      undefined,
      { attempt: sha256("two"), rows: rowsOf(1) },
    ]);
    expect(given(Reward, [...withAllocation, fixed, reopened]).thenState().fixed).to.equal(false);
    expect(given(Reward, [rejected()]).thenState().rejected).to.deep.equal(rejection());
  });
});
