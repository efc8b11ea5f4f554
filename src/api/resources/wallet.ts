import { z } from "zod";
import { amount } from "../../application/read-side/answer.js";
import { activityRow } from "../../application/read-side/activity.js";
import { memberRow, bondCycleRow, shareRow, poolRow } from "../../application/read-side/bond-pool.js";
import { operationRow } from "../../application/read-side/operations.js";
import { level } from "../../domain/identifiers.js";
import { payoutRow, payoutState } from "../../application/read-side/payouts.js";
import { settingsRow } from "../../application/read-side/settings.js";
import {
  foreignRow,
  pauseRow,
  requestRow,
  spendingRow,
  spent,
  underWayRow,
  walletRow,
} from "../../application/read-side/wallet.js";
import {
  fresh,
  freshOrAsOf,
  nameText,
  nothing,
  paged,
  pageOf,
  payoutInPath,
  requestOf,
  walletInPath,
} from "../parts.js";
import { Problem } from "../problem.js";
import { found, type Route, route } from "../route.js";

const LIST = ["bad-cursor", "not-projected", "not-fresh"] as const;
const ONE = ["not-found", "not-projected", "not-fresh"] as const;

const wholeWallet = walletRow.extend({
  pauses: z.array(pauseRow).readonly(),
  underWay: z.array(underWayRow).readonly(),
  requests: z.array(requestRow).readonly(),
});
const funds = z.object({
  balance: z
    .object({
      balance: amount,
      level,
      askedAt: z.date(),
      isOld: z.boolean().describe("The node does not answer now: it said this last"),
    })
    .nullable()
    .describe("Null: no node has answered yet"),
  perCycle: amount.describe("Mean of what the newest ten cycles took"),
  cyclesLeft: z.bigint().nullable().describe("Whole cycles that the balance pays at that rate"),
});

export const walletRoutes: readonly Route[] = [
  route({
    id: "getSettings",
    path: "/settings",
    tag: "baker",
    summary: "The baker's policy, ceilings, payer and mode",
    access: "viewer",
    model: "settings",
    params: nothing,
    query: freshOrAsOf,
    result: settingsRow,
    problems: ONE,
    answer: async ({ read, past }, { query: { asOf } }) =>
      found(await (asOf === undefined ? read.settings() : past.settings(asOf)), "the baker"),
  }),
  route({
    id: "getPayingWallet",
    path: "/wallet",
    tag: "wallet",
    summary:
      "The wallet that pays: what stops it, what is under way, its balance by the node and how long that lasts",
    access: "viewer",
    params: nothing,
    query: nothing,
    result: wholeWallet.extend({ funds }),
    problems: ["not-found", "not-projected"],
    answer: async ({ read }) => {
      const payer = (await read.settings()).value?.payer;
      if (payer == null) throw new Problem("not-found", "no wallet pays yet");
      const [wallet, { value }] = await Promise.all([read.wallet(payer), read.funds(payer)]);
      const { balance = null, perCycle, cyclesLeft = null } = value;
      return { value: { ...found(wallet, payer).value, funds: { balance, perCycle, cyclesLeft } } };
    },
  }),
  route({
    id: "getWallet",
    path: "/wallets/{wallet}",
    tag: "wallet",
    summary: "What stops a wallet, what is under way, and what is asked of it",
    access: "viewer",
    model: "wallet",
    params: walletInPath,
    query: fresh,
    result: wholeWallet,
    problems: ONE,
    answer: async ({ read }, { params: { wallet } }) => found(await read.wallet(wallet), wallet),
  }),
  route({
    id: "listOperations",
    path: "/wallets/{wallet}/operations",
    tag: "wallet",
    summary: "What a wallet signed, in the order of signing",
    access: "viewer",
    model: "operations",
    params: walletInPath,
    query: paged,
    result: pageOf(operationRow),
    problems: LIST,
    answer: ({ read }, { params: { wallet }, query }) => read.operations({ wallet }, requestOf(query)),
  }),
  route({
    id: "listForeignOperations",
    path: "/wallets/{wallet}/foreign-operations",
    tag: "wallet",
    summary: "A wallet's operations that TAPS did not sign",
    access: "viewer",
    model: "wallet",
    params: walletInPath,
    query: paged,
    result: pageOf(foreignRow),
    problems: LIST,
    answer: ({ read }, { params: { wallet }, query }) => read.foreignOperations(wallet, requestOf(query)),
  }),
  route({
    id: "listSpending",
    path: "/wallets/{wallet}/spending",
    tag: "wallet",
    summary: "What a wallet has spent, by the cycle that was paid",
    access: "viewer",
    model: "wallet",
    params: walletInPath,
    query: paged,
    result: pageOf(spendingRow).extend({ others: spent.optional() }),
    problems: LIST,
    answer: ({ read }, { params: { wallet }, query }) => read.spending(wallet, requestOf(query)),
  }),
  route({
    id: "listPayouts",
    path: "/payouts",
    tag: "payments",
    summary: "Payouts, in the order in which they were planned",
    access: "viewer",
    model: "payouts",
    params: nothing,
    query: paged.extend({ state: payoutState.optional() }),
    result: pageOf(payoutRow),
    problems: LIST,
    answer: ({ read }, { query }) => read.payouts({ ...requestOf(query), state: query.state }),
  }),
  route({
    id: "getPayout",
    path: "/payouts/{payout}",
    tag: "payments",
    summary: "One payout: its newest plan and what came of it",
    access: "viewer",
    model: "payouts",
    params: payoutInPath,
    query: fresh,
    result: payoutRow,
    problems: ONE,
    answer: async ({ read }, { params: { payout } }) => found(await read.payout(payout), "this payout"),
  }),
  route({
    id: "getBondPool",
    path: "/bond-pool",
    tag: "bond pool",
    summary: "The bond pool's members as they stand",
    access: "viewer",
    model: "bond_pool",
    params: nothing,
    query: fresh,
    result: z.object({ sinceCycle: poolRow.shape.sinceCycle, members: z.array(memberRow).readonly() }),
    problems: ["not-projected", "not-fresh"],
    answer: ({ read }) => read.bondPool(),
  }),
  route({
    id: "listBondCycles",
    path: "/bond-pool/cycles",
    tag: "bond pool",
    summary: "How what each cycle left was shared",
    access: "viewer",
    model: "bond_pool",
    params: nothing,
    query: paged,
    result: pageOf(bondCycleRow.extend({ shares: z.array(shareRow).readonly() })),
    problems: LIST,
    answer: ({ read }, { query }) => read.bondCycles(requestOf(query)),
  }),
  route({
    id: "listActivity",
    path: "/activity",
    tag: "activity",
    summary: "Who did what: all of it, or somebody's, of something, or of one kind",
    access: "viewer",
    model: "activity",
    params: nothing,
    query: paged.extend({
      actor: nameText.optional(),
      subject: nameText.optional(),
      verb: nameText.optional(),
    }),
    result: pageOf(activityRow),
    problems: LIST,
    answer: ({ read }, { query }) => {
      const [of, ...others] = (["actor", "subject", "verb"] as const).flatMap((by) => {
        const value = query[by];
        return value === undefined ? [] : [{ by, value }];
      });
      if (others.length > 0) throw new Problem("invalid", "one of actor, subject and verb, not several");
      return read.activity(of, requestOf(query));
    },
  }),
];
