// What each read model must hold, told by simple loops over the events and by the domain's own folds; nothing here
// knows how the projections do it.
import { type Row, type Table } from "../../../src/readmodel/projection.js";
import { keyOf } from "../../../src/readmodel/projection.js";
import { projections } from "../../../projections/all.js";
import { type Tables } from "../fold.js";
import { bondPoolOf } from "./bond-pool.js";
import { delegatorsOf } from "./delegators.js";
import { ledgerTablesOf } from "./ledger.js";
import { activityOf, cyclesOf, operationsOf, settingsOf } from "./lives.js";
import { paymentRowsOf, payoutsOf } from "./payments.js";
import { rewardsOf } from "./rewards.js";
import { type Events, type Expected } from "./walk.js";
import { walletTablesOf } from "./wallet.js";

/** By the projection's name. */
export const naive: Readonly<Record<string, (events: Events) => Expected>> = {
  settings: settingsOf,
  cycles: cyclesOf,
  rewards: rewardsOf,
  operations: operationsOf,
  payouts: payoutsOf,
  payment: paymentRowsOf,
  delegators: delegatorsOf,
  ledger: ledgerTablesOf,
  bond_pool: bondPoolOf,
  wallet: walletTablesOf,
  activity: activityOf,
};

/** Rows that a reader passes over: they are of lists that nothing has closed yet, or of no cycle that was opened. */
const isPassedOver = (table: string, row: Row, rows: Tables): boolean => {
  switch (table) {
    case "cycles":
      return row["state"] === "unknown";
    case "payouts":
      return row["position"] === null;
    case "bond_pool_cycles":
      return row["planned_at"] === null;
    case "bond_pool_shares":
      return (rows["bond_pool_cycles"] ?? []).some(
        ({ cycle, planned_at: plannedAt }) => cycle === row["cycle"] && plannedAt === null,
      );
    default:
      return false;
  }
};

const tableOf = (name: string): Table => {
  const found = projections.flatMap(({ tables }) => tables).find((table) => table.name === name);
  if (!found) throw new Error(`no table ${name}`);
  return found;
};

/** What rows tell that should be told, and what must be told; to be compared. */
export const sideBySide = (expected: Expected, rows: Tables) => {
  const sorted = (table: Table, list: readonly Row[]): readonly Row[] =>
    list
      .map((row) => [keyOf(table, row), row] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, row]) => row);
  const shown = Object.entries(expected).map(([name, list]) => {
    const table = tableOf(name);
    const told = new Map(list.map((row) => [keyOf(table, row), Object.keys(row)]));
    const found = (rows[name] ?? []).filter((row) => !isPassedOver(name, row, rows));
    const cut = found.map((row) => {
      const columns = told.get(keyOf(table, row)) ?? Object.keys(row);
      return Object.fromEntries(columns.map((column) => [column, row[column]]));
    });
    return [name, { shown: sorted(table, cut), told: sorted(table, list) }] as const;
  });
  return {
    shown: Object.fromEntries(shown.map(([name, both]) => [name, both.shown])),
    told: Object.fromEntries(shown.map(([name, both]) => [name, both.told])),
  };
};
