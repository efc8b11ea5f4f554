import { expect } from "chai";
import fc from "fast-check";
import { mutez } from "../../../../src/domain/money.js";
import { Obligations, type Standing } from "../../../../src/domain/payment/obligations.js";
import { addressOf } from "../../../support/rewards.js";

const COUNT = 600;
const ADDRESS = addressOf(0);

const ROWS = Array.from({ length: COUNT }, (_, n): Standing => ({
  id: String(n),
  delegator: ADDRESS,
  recipient: ADDRESS,
  due: mutez(1n),
  self: false,
  status: { at: "open", returned: 0 },
}));

const turned = (old: Standing): Standing => ({
  ...old,
  due: mutez(old.due + 1n),
  status: old.status.at === "open" ? { at: "carried" } : { at: "open", returned: 0 },
});

/** Of any obligation of some plan, and of some that are not there. */
const anyIds = fc.array(fc.integer({ min: 0, max: COUNT + 2 }).map(String), { maxLength: 20 });

describe("the obligations of a plan", () => {
  it("is what a map copied at every change would be, and leaves the earlier ones as they were", () => {
    fc.assert(
      fc.property(fc.array(anyIds, { maxLength: 8 }), (changes) => {
        let now = Obligations.of(ROWS);
        let expected = new Map(ROWS.map((row) => [row.id, row]));
        const folds = [{ now, rows: [...expected.values()] }];
        for (const ids of changes) {
          now = now.with(ids, turned);
          expected = new Map(expected);
          for (const id of ids) {
            const old = expected.get(id);
            if (old) expected.set(id, turned(old));
          }
          folds.push({ now, rows: [...expected.values()] });
        }
        for (const fold of folds) {
          expect([...fold.now.values()]).to.deep.equal(fold.rows);
          expect([...fold.now.open()]).to.deep.equal(fold.rows.filter(({ status }) => status.at === "open"));
          expect(fold.now.size).to.equal(COUNT);
        }
        for (const id of ["0", "255", "256", "599", "600"])
          expect(now.get(id)).to.deep.equal(expected.get(id));
      }),
      { numRuns: 50 },
    );
  });
});
