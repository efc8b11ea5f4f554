import { z } from "zod";
import { cycleRow } from "../../application/read-side/cycles.js";
import { operationRow } from "../../application/read-side/operations.js";
import { paymentResult, paymentRow } from "../../application/read-side/payment.js";
import { rewardRow } from "../../application/read-side/rewards.js";
import { cycleInPath, freshOrAsOf, nothing, paged, pageOf, requestOf } from "../parts.js";
import { found, type Route, route } from "../route.js";

const LIST = ["bad-cursor", "not-projected", "not-fresh"] as const;

export const cycleRoutes: readonly Route[] = [
  route({
    id: "listCycles",
    path: "/cycles",
    tag: "cycles",
    summary: "Cycles, by number: where each stands, what it earned and what became of it",
    access: "viewer",
    model: "cycles",
    params: nothing,
    query: paged,
    result: pageOf(cycleRow),
    problems: LIST,
    answer: ({ read }, { query }) => read.cycles(requestOf(query)),
  }),
  route({
    id: "getCycle",
    path: "/cycles/{cycle}",
    tag: "cycles",
    summary: "One cycle",
    access: "viewer",
    model: "cycles",
    params: cycleInPath,
    query: freshOrAsOf,
    result: cycleRow,
    problems: ["not-found", "not-projected", "not-fresh"],
    answer: async ({ read, past }, { params: { cycle }, query: { asOf } }) =>
      found(await (asOf === undefined ? read.cycle(cycle) : past.cycle(cycle, asOf)), `cycle ${cycle}`),
  }),
  route({
    id: "listRewards",
    path: "/cycles/{cycle}/rewards",
    tag: "cycles",
    summary: "The numbers behind each amount of a cycle",
    access: "viewer",
    model: "rewards",
    params: cycleInPath,
    query: paged.extend({ sort: z.enum(["delegator", "net"]).default("net") }),
    result: pageOf(rewardRow),
    problems: LIST,
    answer: ({ read }, { params, query }) =>
      read.rewardsOfCycle(params.cycle, { ...requestOf(query), sort: query.sort }),
  }),
  route({
    id: "listPaymentsOfCycle",
    path: "/cycles/{cycle}/payments",
    tag: "cycles",
    summary: "What a cycle owes, by amount",
    access: "viewer",
    model: "payment",
    params: cycleInPath,
    query: paged.extend({ result: paymentResult.optional() }),
    result: pageOf(paymentRow),
    problems: LIST,
    answer: ({ read }, { params: { cycle }, query }) =>
      read.payments({
        ...requestOf(query),
        cycles: { from: cycle, to: cycle },
        result: query.result,
        sort: "due",
      }),
  }),
  route({
    id: "listOperationsOfCycle",
    path: "/cycles/{cycle}/operations",
    tag: "cycles",
    summary: "The operations that pay a cycle, in the order in which they were signed",
    access: "viewer",
    model: "operations",
    params: cycleInPath,
    query: paged,
    result: pageOf(operationRow),
    problems: LIST,
    answer: ({ read }, { params: { cycle }, query }) => read.operationsOfCycle(cycle, requestOf(query)),
  }),
];
