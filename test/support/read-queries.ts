// Every query of the read models, asked about some of everything.
import {
  type Address,
  type Cycle,
  type OperationHash,
  type StreamName,
  type TzAddress,
} from "../../src/domain/identifiers.js";
import { type Transact } from "../../src/readmodel/database.js";
import { activity } from "../../src/readmodel/queries/activity.js";
import { type Answer } from "../../src/application/read-side/answer.js";
import { bondCycles, bondPool } from "../../src/readmodel/queries/bond-pool.js";
import { cycle, cycles } from "../../src/readmodel/queries/cycles.js";
import { type AddressPrefix } from "../../src/application/read-side/delegators.js";
import { delegator, delegators, terms } from "../../src/readmodel/queries/delegators.js";
import { balances, movements } from "../../src/readmodel/queries/ledger.js";
import { operation, operations } from "../../src/readmodel/queries/operations.js";
import { type Page, type PageRequest } from "../../src/application/read-side/page.js";
import { type PaymentFilter, type PaymentSort } from "../../src/application/read-side/payment.js";
import { payment, payments } from "../../src/readmodel/queries/payment.js";
import { payout, payouts } from "../../src/readmodel/queries/payouts.js";
import { reward, rewardsOfCycle, rewardsOfDelegator } from "../../src/readmodel/queries/rewards.js";
import { settings } from "../../src/readmodel/queries/settings.js";
import { foreignOperations, spending, wallet } from "../../src/readmodel/queries/wallet.js";

export interface Subjects {
  readonly baker: TzAddress;
  readonly payer: TzAddress;
  readonly cycle: Cycle;
  /** Later cycles are in another partition. */
  readonly cycles: { readonly from: Cycle; readonly to: Cycle };
  readonly delegator: Address;
  /** One that few cycles know. */
  readonly passing: Address;
  readonly prefix: AddressPrefix;
  readonly operation: OperationHash;
  readonly obligation: string;
  readonly payout: string;
  readonly payment: StreamName;
  readonly actor: string;
  readonly subject: string;
  readonly verb: string;
}

export interface ListQuery {
  readonly name: string;
  /** The table that its rows are of. */
  readonly table: string;
  /** All of one delegator's, or of one operation's, are sorted for each page. */
  readonly sorts?: true;
  /** What its rows are ordered by, as they name it; together that names one row. */
  readonly order: readonly string[];
  readonly ask: (transact: Transact, request: PageRequest) => Promise<Answer<Page<object>>>;
}
export interface SingleQuery {
  readonly name: string;
  readonly ask: (transact: Transact) => Promise<Answer<unknown>>;
}

/** By a figure of each delegator, or by its name alone. */
const byDelegator = (sort: string): readonly string[] => [...new Set([sort, "delegator"])];

/** Every list, with every filter and in every order that it has. */
export const listsOf = (of: Subjects): readonly ListQuery[] => {
  const { baker, payer } = of;
  const paymentsBy = (name: string, filter: PaymentFilter, sort: PaymentSort = "cycle"): ListQuery => ({
    name: `payments ${name}, by ${sort}`,
    table: "payment",
    order: [...(sort === "cycle" ? ["cycle"] : []), "due", "obligation"],
    ...(filter.delegator === undefined && filter.operation === undefined ? {} : { sorts: true }),
    ask: (transact, request) => payments(transact, { ...request, ...filter, sort }),
  });
  const oneCycle = { cycles: { from: of.cycle, to: of.cycle } };
  const { delegator: who, operation: hash } = of;
  return [
    paymentsBy("all", {}),
    paymentsBy("of some cycles", { cycles: of.cycles }),
    paymentsBy("of one cycle", oneCycle),
    paymentsBy("of one cycle", oneCycle, "due"),
    paymentsBy("of one cycle with a result", { ...oneCycle, result: "held" }, "due"),
    paymentsBy("of a delegator", { delegator: who }),
    paymentsBy("of a delegator", { delegator: who }, "due"),
    paymentsBy("of a delegator in some cycles with a result", {
      ...{ delegator: who, cycles: of.cycles, result: "paid" },
    }),
    paymentsBy("paid", { result: "paid" }),
    paymentsBy("held", { result: "held" }),
    paymentsBy("held in some cycles", { result: "held", cycles: of.cycles }),
    paymentsBy("of an operation", { operation: hash }),
    paymentsBy("of an operation", { operation: hash }, "due"),
    { name: "cycles", table: "cycles", order: ["cycle"], ask: (t, request) => cycles(t, baker, request) },
    ...(["delegator", "net"] as const).map((sort): ListQuery => ({
      name: `rewards of a cycle by ${sort}`,
      table: "rewards",
      order: byDelegator(sort),
      ask: (t, request) => rewardsOfCycle(t, { baker, cycle: of.cycle }, { ...request, sort }),
    })),
    {
      name: "rewards of a delegator",
      table: "rewards",
      order: ["cycle"],
      ask: (t, request) => rewardsOfDelegator(t, { baker, delegator: who }, request),
    },
    {
      name: "rewards of a delegator in passing",
      table: "rewards",
      order: ["cycle"],
      ask: (t, request) => rewardsOfDelegator(t, { baker, delegator: of.passing }, request),
    },
    {
      name: "operations of a wallet",
      table: "operations",
      order: ["position"],
      ask: (t, request) => operations(t, { wallet: payer }, request),
    },
    {
      name: "operations of a payout",
      table: "operations",
      order: ["position"],
      ask: (t, request) => operations(t, { payment: of.payment }, request),
    },
    { name: "payouts", table: "payouts", order: ["position"], ask: (t, request) => payouts(t, request) },
    {
      name: "completed payouts",
      table: "payouts",
      order: ["position"],
      ask: (t, request) => payouts(t, { ...request, state: "completed" }),
    },
    {
      name: "planned payouts",
      table: "payouts",
      order: ["position"],
      ask: (t, request) => payouts(t, { ...request, state: "planned" }),
    },
    ...(["delegator", "paid", "owed"] as const).map((sort): ListQuery => ({
      name: `delegators by ${sort}`,
      table: "delegators",
      order: byDelegator(sort),
      ask: (t, request) => delegators(t, baker, { ...request, sort }),
    })),
    {
      name: "delegators whose address begins so",
      table: "delegators",
      order: ["delegator"],
      ask: (t, request) => delegators(t, baker, { ...request, sort: "delegator", search: of.prefix }),
    },
    {
      name: "terms",
      table: "delegator_terms",
      order: ["delegator"],
      ask: (t, request) => terms(t, baker, request),
    },
    ...(["delegator", "balance"] as const).map((sort): ListQuery => ({
      name: `balances by ${sort}`,
      table: "ledger_balances",
      order: byDelegator(sort),
      ask: (t, request) => balances(t, baker, { ...request, sort }),
    })),
    {
      name: "movements",
      table: "ledger_movements",
      order: ["position", "delegator"],
      ask: (t, request) => movements(t, baker, request),
    },
    {
      name: "movements of a delegator",
      table: "ledger_movements",
      order: ["position", "delegator"],
      ask: (t, request) => movements(t, baker, { ...request, delegator: who }),
    },
    {
      name: "bond cycles",
      table: "bond_pool_cycles",
      order: ["cycle"],
      ask: (t, request) => bondCycles(t, baker, request),
    },
    {
      name: "foreign operations",
      table: "wallet_foreign_operations",
      order: ["position"],
      ask: (t, request) => foreignOperations(t, payer, request),
    },
    {
      name: "spending",
      table: "wallet_spending",
      order: ["cycle"],
      ask: (t, request) => spending(t, payer, request),
    },
    {
      name: "activity",
      table: "activity",
      order: ["position"],
      ask: (t, request) => activity(t, undefined, request),
    },
    ...(["actor", "subject", "verb"] as const).map((by): ListQuery => ({
      name: `activity by ${by}`,
      table: "activity",
      order: ["position"],
      ask: (t, request) => activity(t, { by, value: of[by] }, request),
    })),
  ];
};

/** Every query that asks for one thing. */
export const singlesOf = (of: Subjects): readonly SingleQuery[] => {
  const { baker, payer, cycle: number, delegator: who } = of;
  return [
    { name: "settings", ask: (t) => settings(t, baker) },
    { name: "cycle", ask: (t) => cycle(t, baker, number) },
    { name: "reward", ask: (t) => reward(t, { baker, cycle: number, delegator: who }) },
    { name: "payment", ask: (t) => payment(t, of.obligation) },
    { name: "payout", ask: (t) => payout(t, of.payout) },
    { name: "operation", ask: (t) => operation(t, of.operation) },
    { name: "delegator", ask: (t) => delegator(t, baker, who) },
    { name: "bond pool", ask: (t) => bondPool(t, baker) },
    { name: "wallet", ask: (t) => wallet(t, payer) },
  ];
};
