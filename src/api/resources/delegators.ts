import { z } from "zod";
import { addressPrefix, delegatorRow } from "../../application/read-side/delegators.js";
import { balanceRow, movementRow } from "../../application/read-side/ledger.js";
import { paymentRow } from "../../application/read-side/payment.js";
import { delegatorInPath, fresh, nothing, paged, pageOf, requestOf } from "../parts.js";
import { found, type Route, route } from "../route.js";

const LIST = ["bad-cursor", "not-projected", "not-fresh"] as const;

export const delegatorRoutes: readonly Route[] = [
  route({
    id: "listDelegators",
    path: "/delegators",
    tag: "delegators",
    summary: "Delegators, by address, by what they were paid or by what they are owed",
    access: "viewer",
    model: "delegators",
    params: nothing,
    query: paged.extend({
      sort: z.enum(["delegator", "paid", "owed"]).default("delegator"),
      search: addressPrefix.optional().describe("What the address begins with; sorted by address alone"),
    }),
    result: pageOf(delegatorRow),
    problems: ["too-wide", ...LIST],
    answer: ({ read }, { query }) =>
      read.delegators({ ...requestOf(query), sort: query.sort, search: query.search }),
  }),
  route({
    id: "getDelegator",
    path: "/delegators/{delegator}",
    tag: "delegators",
    summary: "What one delegator was paid, is owed, and on which terms",
    access: "viewer",
    model: "delegators",
    params: delegatorInPath,
    query: fresh,
    result: delegatorRow,
    problems: ["not-found", "not-projected", "not-fresh"],
    answer: async ({ read }, { params: { delegator } }) => found(await read.delegator(delegator), delegator),
  }),
  route({
    id: "listPaymentsOfDelegator",
    path: "/delegators/{delegator}/payments",
    tag: "delegators",
    summary: "What was owed to one delegator, by cycle",
    access: "viewer",
    model: "payment",
    params: delegatorInPath,
    query: paged,
    result: pageOf(paymentRow),
    problems: LIST,
    answer: ({ read }, { params: { delegator }, query }) =>
      read.payments({ ...requestOf(query), delegator, sort: "cycle" }),
  }),
  route({
    id: "listMovementsOfDelegator",
    path: "/delegators/{delegator}/ledger",
    tag: "delegators",
    summary: "What was carried for one delegator, and what became of it",
    access: "viewer",
    model: "ledger",
    params: delegatorInPath,
    query: paged,
    result: pageOf(movementRow),
    problems: LIST,
    answer: ({ read }, { params: { delegator }, query }) =>
      read.movements({ ...requestOf(query), delegator }),
  }),
  route({
    id: "listBalances",
    path: "/ledger",
    tag: "delegators",
    summary: "What is owed across cycles; no balance is 0",
    access: "viewer",
    model: "ledger",
    params: nothing,
    query: paged.extend({ sort: z.enum(["delegator", "balance"]).default("delegator") }),
    result: pageOf(balanceRow),
    problems: LIST,
    answer: ({ read }, { query }) => read.balances({ ...requestOf(query), sort: query.sort }),
  }),
];
