import { z } from "zod";
import { address, cycleNumber, operationHash } from "../../domain/identifiers.js";
import { operationRow } from "../../application/read-side/operations.js";
import { paymentResult, paymentRow } from "../../application/read-side/payment.js";
import {
  fresh,
  freshOrAsOf,
  obligationInPath,
  operationInPath,
  paged,
  pageOf,
  requestOf,
  wholeText,
} from "../parts.js";
import { found, type Route, route } from "../route.js";
import { Problem } from "../problem.js";

const cycleText = wholeText.pipe(cycleNumber).optional();

export const paymentRoutes: readonly Route[] = [
  route({
    id: "listPayments",
    path: "/payments",
    tag: "payments",
    summary: "Payments, by cycle and within one by amount; or by amount alone",
    access: "viewer",
    model: "payment",
    params: z.object({}),
    query: paged.extend({
      fromCycle: cycleText.describe("Both ends are included; money of no cycle is in no range"),
      toCycle: cycleText,
      delegator: address.optional(),
      result: paymentResult.optional(),
      operation: operationHash.optional(),
      sort: z.enum(["cycle", "due"]).default("cycle"),
    }),
    result: pageOf(paymentRow),
    problems: ["bad-cursor", "too-wide", "not-projected", "not-fresh"],
    answer: ({ read }, { query }) => {
      const { fromCycle, toCycle, delegator, result, operation, sort } = query;
      if ((fromCycle === undefined) !== (toCycle === undefined))
        throw new Problem("invalid", "a range of cycles has two ends: fromCycle and toCycle");
      const cycles =
        fromCycle === undefined || toCycle === undefined ? undefined : { from: fromCycle, to: toCycle };
      return read.payments({ ...requestOf(query), cycles, delegator, result, operation, sort });
    },
  }),
  route({
    id: "getPayment",
    path: "/payments/{payout}/{obligation}",
    tag: "payments",
    summary: "One payment, by its payout and its obligation",
    access: "viewer",
    model: "payment",
    params: obligationInPath,
    query: freshOrAsOf,
    result: paymentRow,
    problems: ["not-found", "not-projected", "not-fresh"],
    answer: async ({ read, past }, { params, query: { asOf } }) => {
      const name = `${params.payout}/${params.obligation}`;
      return found(
        await (asOf === undefined ? read.payment(name) : past.payment(name, asOf)),
        "this payment",
      );
    },
  }),
  route({
    id: "getOperation",
    path: "/operations/{hash}",
    tag: "payments",
    summary: "One operation that the wallet signed, and how it ended",
    access: "viewer",
    model: "operations",
    params: operationInPath,
    query: fresh,
    result: operationRow,
    problems: ["not-found", "not-projected", "not-fresh"],
    answer: async ({ read }, { params: { hash } }) => found(await read.operation(hash), "this operation"),
  }),
];
