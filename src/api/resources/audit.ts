import { payoutProof } from "../../application/audit/payout-proof.js";
import { payoutStory } from "../../application/read-side/story.js";
import { nothing, obligationInPath } from "../parts.js";
import { Problem } from "../problem.js";
import { type Reply, type Route, route } from "../route.js";

const toldOf = <T>(value: T | undefined): Reply & { readonly value: T } => {
  if (value !== undefined) return { value };
  throw new Problem("not-found", "the log has no such payment of a cycle to a delegator");
};

export const auditRoutes: readonly Route[] = [
  route({
    id: "explainPayment",
    path: "/payments/{payout}/{obligation}/explain",
    tag: "audit",
    summary: "All that led to what one delegator was paid for a cycle, with each event that says so",
    access: "viewer",
    params: obligationInPath,
    query: nothing,
    result: payoutStory,
    problems: ["not-found"],
    answer: async ({ inspect }, { params: { payout, obligation } }) =>
      toldOf(await inspect.explain(`${payout}/${obligation}`)),
  }),
  route({
    id: "provePayment",
    path: "/payments/{payout}/{obligation}/proof",
    tag: "audit",
    summary:
      "A file that shows one delegator's payment and no other delegator's row, for taps audit check; " +
      "the allocation is left out where it would show others' terms",
    access: "viewer",
    params: obligationInPath,
    query: nothing,
    result: payoutProof,
    problems: ["not-found", "not-provable", "busy"],
    answer: async ({ inspect }, { params: { payout, obligation } }) =>
      toldOf(await inspect.prove(`${payout}/${obligation}`)),
  }),
];
