import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import fc from "fast-check";
import { type Projection } from "../../../src/readmodel/projection.js";
import { type Change, withBrokenBuild } from "../../support/canaries/broken-build.js";
import { foldProjection } from "../../support/fold.js";
import { histories } from "../../support/history/histories.js";
import { naive, sideBySide } from "../../support/naive/all.js";

interface Canary {
  readonly model: string;
  readonly name: string;
  readonly changes: readonly Change[];
}

/** One place of the projection's built file. */
const broken = (model: string, name: string, from: string, to: string, file = model): Canary => ({
  ...{ model, name },
  changes: [{ file: `projections/${file}.js`, from, to }],
});

const CANARIES: readonly Canary[] = [
  broken("settings", "every switch of the mode counts as one to on", 'mode === "on"', "true"),
  broken("cycles", "inputs given up stay", 'case "RewardInputsSuperseded"', 'case "Never"'),
  broken(
    "rewards",
    "rows of an attempt that nothing closed count",
    "{ baker, cycle, attempt }",
    "{ baker, cycle }",
  ),
  broken("rewards", "a superseded allocation stays", "[remove(rewards, { baker, cycle })]", "[]"),
  broken("operations", "a dead operation stays as it was", 'case "OperationProvenDead"', 'case "Never"'),
  broken(
    "payouts",
    "an approval outlives the plan that was rejected",
    "exceeded: null, approved_by: null };\n            return [patch",
    "exceeded: null };\n            return [patch",
  ),
  broken("payment", "what is dissolved stays batched", 'case "BatchDissolved"', 'case "Never"'),
  broken(
    "delegators",
    "a rejected plan stays owed",
    '[minus("due", "owed")]),\n                remove(obligations, { payout: name }),',
    "[]),\n                remove(obligations, { payout: name }),",
  ),
  broken(
    "delegators",
    "what is released stays held",
    'return [notHeld(obligation), patch(obligations, { obligation }, { state: "open" })]',
    'return [patch(obligations, { obligation }, { state: "open" })]',
  ),
  broken(
    "delegators",
    "what goes to the payer itself is paid by the plan alone",
    'return paid(payout, "self", recordedAt)',
    "return []",
  ),
  broken(
    "delegators",
    "a take leaves the balances",
    "remove(balances, { baker }), remove(draft",
    "remove(draft",
    "balances",
  ),
  broken(
    "ledger",
    "a settlement adds what it takes",
    "added(baker, event.data.delegator, 0n - event.data.amount)",
    "added(baker, event.data.delegator, event.data.amount)",
    "balances",
  ),
  broken(
    "ledger",
    "balances are taken before they are written down",
    "[...movementsOf(projected, baker), ...changesOf(projected.event, baker)]",
    "[...changesOf(projected.event, baker), ...movementsOf(projected, baker)]",
  ),
  broken(
    "bond_pool",
    "shares of a split that was written again are added",
    "remove(shares, { ...row }),\n                upsert",
    "upsert",
    "bond-pool",
  ),
  broken(
    "bond_pool",
    "what goes to the payer itself stays open",
    'const toItself = { result: "paid", ...settled };',
    "const toItself = {};",
    "bond-pool",
  ),
  broken(
    "wallet",
    "an operation's counter is not accounted for",
    'copy(underWay, wallets, { wallet, hash }, {}, [as("last_counter", "counter")]),',
    "",
  ),
  broken(
    "wallet",
    "what was not paid of a batch is spent",
    "{ batch_id: batchId, paid: true }",
    "{ batch_id: batchId }",
  ),
  broken(
    "wallet",
    "what was sent by hand for an obligation is not spent",
    "copy(foreignContents, spending, { hash, content }, { cycle: payout.cycle })",
    "",
  ),
  broken(
    "wallet",
    "a delegation that is begun is withdrawn on leaving on",
    "{ wallet, begun: false }",
    "{ wallet }",
  ),
  broken("activity", "a release is nobody's act", 'case "ObligationReleased"', 'case "Never"'),
];

describe("canaries: bugs of read models that the domain's folds must see", function () {
  this.timeout(60_000);
  const told = fc.sample(histories(240), { numRuns: 40, seed: 3 });

  const isSeen = (projection: Projection): boolean =>
    told.some(({ events }) => {
      const sides = sideBySide(naive[projection.name]?.(events) ?? {}, foldProjection(projection, events));
      return !isDeepStrictEqual(sides.shown, sides.told);
    });

  for (const { model, name, changes } of CANARIES)
    it(`${model}: ${name}`, () =>
      withBrokenBuild(changes, async (folder) => {
        const file = pathToFileURL(join(folder, "projections/all.js")).href;
        const { projections } = (await import(file)) as { projections: readonly Projection[] };
        const projection = projections.find((one) => one.name === model);
        expect(projection && isSeen(projection)).to.equal(true);
      }));
});
