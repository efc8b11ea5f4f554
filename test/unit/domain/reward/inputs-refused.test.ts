import { expect } from "chai";
import { inputsOf } from "../../../../src/application/reward-reply.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { fixture } from "../../../support/fixtures.js";
import { FINISHED, read, readPages, refusals, REPLY, row, without } from "../../../support/replies.js";
import { addressOf } from "../../../support/rewards.js";

describe("refusals of a reply", () => {
  const amounts = Object.keys(REPLY).filter(
    (key) => !["futureBlocks", "blockRewardsStakedOwn", "delegators"].includes(key),
  );
  for (const field of amounts) {
    it(`missing-field and bad-amount: ${field}`, () => {
      expect(refusals(read(without(field)))).to.deep.equal([
        { check: "missing-field", field, row: undefined },
      ]);
      const bad = (value: unknown, written: string) =>
        expect(refusals(read({ ...REPLY, [field]: value }))).to.deep.equal([
          { check: "bad-amount", field, row: undefined, value: written },
        ]);
      bad("5", '"5"');
      bad(null, "null");
      bad(0.5, "0.5");
      bad(-1, "-1");
      bad(2 ** 53, "9007199254740992");
      bad(true, "true");
      bad([1], "a list or object");
    });
  }

  it("an income field is needed also when it is DAL beside today's attestations", () => {
    expect(refusals(read(without("dalAttestationRewardsDelegated")))[0]).to.deep.equal({
      check: "missing-field",
      field: "dalAttestationRewardsDelegated",
      row: undefined,
    });
  });

  it("missing-field, bad-amount and bad-address name the row, counted over all pages", () => {
    const second = (fields: object) =>
      refusals(
        readPages([
          JSON.stringify({ ...REPLY, delegators: [row(0, 400)] }),
          JSON.stringify({ ...REPLY, delegators: [{ ...row(1, 300), ...fields }] }),
        ]),
      );
    expect(second({ delegatedBalance: undefined })).to.deep.equal([
      { check: "missing-field", field: "delegatedBalance", row: 1 },
    ]);
    expect(second({ delegatedBalance: "300" })).to.deep.equal([
      { check: "bad-amount", field: "delegatedBalance", row: 1, value: '"300"' },
    ]);
    expect(second({ emptied: undefined })).to.deep.equal([
      { check: "missing-field", field: "emptied", row: 1 },
    ]);
    expect(second({ emptied: 0 })).to.deep.equal([{ check: "missing-field", field: "emptied", row: 1 }]);
    expect(second({ address: undefined })).to.deep.equal([
      { check: "missing-field", field: "address", row: 1 },
    ]);
    expect(second({ address: null })).to.deep.equal([
      { check: "bad-address", field: "address", row: 1, value: "null" },
    ]);
    const typo = addressOf(1).replace(/.$/, (last) => (last === "a" ? "b" : "a"));
    expect(second({ address: typo })).to.deep.equal([
      { check: "bad-address", field: "address", row: 1, value: `"${typo}"` },
    ]);
  });

  it("names the first few only", () => {
    const reply = { ...REPLY, delegators: Array.from({ length: 40 }, (_, n) => row(n, null)) };
    expect(refusals(read(reply)).map((refusal) => "row" in refusal && refusal.row)).to.deep.equal([
      0, 1, 2, 3, 4,
    ]);
    const strangers = {
      ...REPLY,
      delegators: Array.from({ length: 40 }, () => ({ ...row(0, 1), address: "tz1" })),
    };
    expect(refusals(read(strangers)).map((refusal) => "row" in refusal && refusal.row)).to.deep.equal([
      0, 1, 2, 3, 4,
    ]);
    expect(refusals(read({})).length).to.equal(5);
  });

  it("missing-field: rows or replies of another kind", () => {
    const fields = (reply: object) =>
      refusals(read(reply)).map((refusal) => "field" in refusal && refusal.field);
    expect(fields(without("delegators"))).to.deep.equal(["delegators"]);
    expect(fields({ ...REPLY, delegators: null })).to.deep.equal(["delegators"]);
    expect(fields({ ...REPLY, delegators: [7] })).to.deep.equal(["delegatedBalance", "emptied", "address"]);
    expect(fields([])[0]).to.equal("cycle");
  });

  it("row-count: fewer rows than announced", () => {
    expect(refusals(read({ ...REPLY, delegatorsCount: 3 }))).to.deep.equal([
      { check: "row-count", rows: 2, announced: 3 },
    ]);
  });

  it("balance-sum: with the difference", () => {
    const sum = (announced: number) => refusals(read({ ...REPLY, externalDelegatedBalance: announced }));
    expect(sum(701)).to.deep.equal([{ check: "balance-sum", sum: 700n, announced: 701n, difference: -1n }]);
    expect(sum(699)).to.deep.equal([{ check: "balance-sum", sum: 700n, announced: 699n, difference: 1n }]);
  });

  it("duplicate-delegator", () => {
    const delegators = [row(0, 300), row(1, 300), row(0, 100)];
    expect(refusals(read({ ...REPLY, delegators }))).to.deep.equal([
      { check: "duplicate-delegator", delegators: [addressOf(0)], count: 1 },
    ]);
  });

  it("wrong-cycle", () => {
    expect(refusals(read({ ...REPLY, cycle: 999 }))).to.deep.equal([
      { check: "wrong-cycle", asked: 1000, found: 999 },
    ]);
  });

  it("unfinished-cycle: two blocks must follow the last one", () => {
    const at = (headLevel: number) => refusals(read(REPLY, { headLevel, lastLevel: 100 }));
    expect(at(101)).to.deep.equal([
      { check: "unfinished-cycle", headLevel: 101, lastLevel: 100, future: [] },
    ]);
    expect(at(102)).to.deep.equal([]);
  });

  it("unfinished-cycle: any field of the future that is not 0; none is required", () => {
    const future = (fields: object) => refusals(read({ ...REPLY, ...fields }));
    const expected = (...names: string[]) => [{ check: "unfinished-cycle", ...FINISHED, future: names }];
    expect(future({ futureBlocks: 1 })).to.deep.equal(expected("futureBlocks"));
    expect(future({ futureBlocks: 0.5, futureAnything: 7 })).to.deep.equal(
      expected("futureBlocks", "futureAnything"),
    );
    expect(future({ futureBlocks: null })).to.deep.equal(expected("futureBlocks"));
    expect(refusals(read(without("futureBlocks")))).to.deep.equal([]);
  });

  it("unknown-income: by name, also if it is 0; other unknown fields are ignored", () => {
    expect(refusals(read({ ...REPLY, stezRewardsDelegated: 0, stezRewardsStakedOwn: 5 }))).to.deep.equal([
      { check: "unknown-income", field: "stezRewardsDelegated" },
    ]);
  });

  it("changed-between-pages: in any field that is used", () => {
    const changed = (fields: object) =>
      refusals(
        readPages([
          JSON.stringify({ ...REPLY, delegators: [row(0, 400)] }),
          JSON.stringify({ ...REPLY, delegators: [row(1, 300)], ...fields }),
        ]),
      );
    expect(changed({ blockRewardsStakedOwn: 100 })).to.deep.equal([]);
    expect(changed({ blockFees: 5, delegatorsCount: 3 })).to.deep.equal([
      { check: "changed-between-pages", fields: ["delegatorsCount", "blockFees"] },
    ]);
    expect(changed({ stezRewardsDelegated: 5 })).to.deep.equal([
      { check: "changed-between-pages", fields: ["stezRewardsDelegated"] },
    ]);
    expect(changed({ futureBlocks: undefined })).to.deep.equal([
      { check: "changed-between-pages", fields: ["futureBlocks"] },
    ]);
  });

  it("no-data", () => {
    expect(refusals(inputsOf(asCycle(1000), undefined))).to.deep.equal([{ check: "no-data", cycle: 1000 }]);
    expect(refusals(readPages([]))).to.deep.equal([{ check: "no-data", cycle: 1000 }]);
  });

  it("checks of a well-formed list are reported together", () => {
    const reply = {
      ...REPLY,
      cycle: 999,
      delegatorsCount: 4,
      futureBlocks: 1,
      stezRewardsDelegated: 1,
      delegators: [row(0, 300), row(1, 300), row(0, 99)],
    };
    expect(refusals(read(reply)).map(({ check }) => check)).to.deep.equal([
      "wrong-cycle",
      "unfinished-cycle",
      "unknown-income",
      "row-count",
      "balance-sum",
      "duplicate-delegator",
    ]);
  });

  it("the list of cycle 1336 that was cut after 3 of 2,919 delegators is refused", () => {
    const { split, delegators_sample: sample } = JSON.parse(fixture("tzkt/split_1336_cut.json")) as {
      split: object;
      delegators_sample: object[];
    };
    const completed = {
      nonceRevelationRewardsDelegated: 0,
      vdfRevelationRewardsDelegated: 0,
      ...split,
      delegators: sample.map((delegator) => ({ emptied: false, ...delegator })),
    };
    const outcome = inputsOf(asCycle(1336), { pages: [JSON.stringify(completed)], ...FINISHED });
    expect(refusals(outcome)).to.deep.equal([
      { check: "row-count", rows: 3, announced: 2919 },
      { check: "balance-sum", sum: 96388860241n, announced: 497320419308n, difference: -400931559067n },
    ]);
  });
});
