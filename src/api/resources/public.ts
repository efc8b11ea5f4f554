// What everybody may know, where the baker has said so: no person's words, no terms, nobody else's account.
import { payoutProof } from "../../application/audit/payout-proof.js";
import { figures } from "../../application/read-side/delegators.js";
import { paymentRow } from "../../application/read-side/payment.js";
import { cycleInPath, delegatorInPath, nothing, paged, pageOf, requestOf } from "../parts.js";
import { Problem } from "../problem.js";
import { found, type Route, route } from "../route.js";

const publicDelegator = figures.pick({
  delegator: true,
  firstCycle: true,
  lastCycle: true,
  paid: true,
  payments: true,
  lastPaidCycle: true,
  lastPaidAt: true,
});
const publicPayment = paymentRow.pick({
  cycle: true,
  due: true,
  sent: true,
  transactionFee: true,
  allocationFee: true,
  result: true,
  operationHash: true,
  level: true,
  settledAt: true,
});
/** Strangers wait for nothing. */
const pagedNow = paged.omit({ minPosition: true });

export const publicRoutes: readonly Route[] = [
  route({
    id: "getPublicDelegator",
    path: "/public/delegators/{delegator}",
    tag: "public",
    summary: "What one delegator was paid in all",
    access: "public",
    model: "delegators",
    params: delegatorInPath,
    query: nothing,
    result: publicDelegator,
    problems: ["not-found", "not-projected"],
    answer: async ({ read }, { params: { delegator } }) => {
      const { value, ...answer } = found(await read.delegator(delegator), delegator);
      return { ...answer, value: publicDelegator.parse(value) };
    },
  }),
  route({
    id: "listPublicPaymentsOfDelegator",
    path: "/public/delegators/{delegator}/payments",
    tag: "public",
    summary: "What one delegator's rewards came to, by cycle, and the operations that paid them",
    access: "public",
    model: "payment",
    params: delegatorInPath,
    query: pagedNow,
    result: pageOf(publicPayment),
    problems: ["bad-cursor", "not-projected"],
    answer: async ({ read }, { params: { delegator }, query }) => {
      const { value, ...answer } = await read.payments({
        ...requestOf(query),
        ...{ delegator, kind: "delegator", sort: "cycle" },
      });
      const rows = value.rows.map((row) => publicPayment.parse(row));
      return { ...answer, value: { rows, next: value.next } };
    },
  }),
  route({
    id: "provePublicPayment",
    path: "/public/delegators/{delegator}/payments/{cycle}/proof",
    tag: "public",
    summary:
      "A file that shows a delegator's own payment for a cycle, and no other delegator's, for taps audit check",
    access: "public",
    params: delegatorInPath.extend(cycleInPath.shape),
    query: nothing,
    result: payoutProof,
    problems: ["not-found", "not-projected", "not-provable", "busy"],
    answer: async ({ read, inspect }, { params: { delegator, cycle } }) => {
      const { value } = await read.payments({
        ...{ limit: 1, direction: "ascending", delegator, kind: "delegator", sort: "cycle" },
        cycles: { from: cycle, to: cycle },
      });
      const [payment] = value.rows;
      const proof = payment && (await inspect.prove(payment.obligation));
      if (proof === undefined) throw new Problem("not-found", "the log has no such payment");
      return { value: proof };
    },
  }),
];
