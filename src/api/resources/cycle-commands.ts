// What a person says of cycles, payouts and single payments.
import { z } from "zod";
import * as cycles from "../../application/commands/cycles.js";
import { resumePayment } from "../../application/commands/money.js";
import { holdOther, releaseOther } from "../../application/commands/other-payments.js";
import { payCycle } from "../../application/commands/pay-cycle.js";
import { holdPayment, releasePayment } from "../../application/commands/payments.js";
import { approvePayout, rejectPayout } from "../../application/commands/payouts.js";
import { type PastTransfer } from "../../application/ports/transfers.js";
import { type Acts } from "../../application/commands/acts.js";
import { type Address, digest } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import { command, none } from "../command.js";
import { cycleInPath, obligationInPath, payoutInPath, payoutOf, reasonText, receiverOf } from "../parts.js";
import { Problem } from "../problem.js";
import { type Route } from "../route.js";

const because = z.strictObject({ reason: reasonText });
const ofPlan = z.strictObject({ digest: digest.describe("Of the plan that was looked at") });

const SHOWN = 10;

/** What the wallet has sent that may have been this cycle's payment. */
const doubts = (doubtful: readonly PastTransfer[]): string =>
  [
    ...doubtful
      .slice(0, SHOWN)
      .map(({ hash, level, target, amount }) => `${amount} mutez to ${target} in block ${level} (${hash})`),
    ...(doubtful.length > SHOWN ? [`and ${doubtful.length - SHOWN} more`] : []),
  ].join("; ");

/** Holds or releases one payment: of a cycle, or of money of its own. */
const onPayment = async (
  acts: Acts,
  { payout, obligation }: z.output<typeof obligationInPath>,
  does: {
    readonly ofCycle: (acts: Acts, cycle: Parameters<typeof holdPayment>[1], who: Address) => Promise<void>;
    readonly other: (acts: Acts, payment: Parameters<typeof holdOther>[1], who: Address) => Promise<void>;
  },
): Promise<Record<never, never>> => {
  const payment = payoutOf(acts.baker, payout);
  const receiver = receiverOf(obligation);
  const cycle = Payment.cycleOfStream(payment);
  if (cycle === undefined) await does.other(acts, payment, receiver);
  else await does.ofCycle(acts, cycle, receiver);
  return {};
};

export const cycleCommands: readonly Route[] = [
  command({
    id: "payCycle",
    path: "/cycles/{cycle}/pay",
    tag: "cycles",
    summary: "Has a cycle paid that TAPS would not pay by itself",
    access: "operator",
    params: cycleInPath,
    body: z.strictObject({
      confirm: z
        .boolean()
        .default(false)
        .describe("It is still to be paid, although the wallet has sent to its delegators since it ended"),
    }),
    result: { held: z.string().nullable().describe("Why it is held all the same; it is paid once released") },
    act: async ({ acts, params: { cycle }, body, with: { evidence } }) => {
      const { written, doubtful, held } = await payCycle(acts, cycle, evidence, body.confirm);
      if (written) return { held };
      throw new Problem(
        "refused",
        `cycle ${cycle} may have been paid by other means; if it is still to be paid, confirm it. Since it ended ` +
          `the wallet has sent ${doubts(doubtful)}`,
        { code: "may-be-paid" },
      );
    },
  }),
  command({
    id: "holdCycle",
    path: "/cycles/{cycle}/hold",
    tag: "cycles",
    summary: "Stops new batches of a cycle, and all later cycles",
    access: "operator",
    params: cycleInPath,
    body: because,
    result: {},
    act: async ({ acts, params, body }) => {
      await cycles.holdCycle(acts, params.cycle, body.reason);
      return {};
    },
  }),
  command({
    id: "releaseCycle",
    path: "/cycles/{cycle}/release",
    tag: "cycles",
    summary: "Lets a held cycle go on",
    access: "operator",
    params: cycleInPath,
    body: none,
    result: { wasHeld: z.boolean() },
    act: async ({ acts, params }) => ({ wasHeld: await cycles.releaseCycle(acts, params.cycle) }),
  }),
  command({
    id: "recomputeCycle",
    path: "/cycles/{cycle}/recompute",
    tag: "cycles",
    summary: "Asks the source again for a cycle's rewards; refused once a payout is planned from them",
    access: "operator",
    params: cycleInPath,
    body: because,
    result: {},
    act: async ({ acts, params, body }) => {
      await cycles.recomputeCycle(acts, params.cycle, body.reason);
      return {};
    },
  }),
  command({
    id: "skipCycle",
    path: "/cycles/{cycle}/skip",
    tag: "cycles",
    summary: "Gives a cycle up for good; refused once a batch of it is formed",
    access: "admin",
    params: cycleInPath,
    body: because,
    result: {},
    act: async ({ acts, params, body }) => {
      await cycles.skipCycle(acts, params.cycle, body.reason);
      return {};
    },
  }),
  command({
    id: "approvePayout",
    path: "/payouts/{payout}/approve",
    tag: "payments",
    summary: "Lets a plan be paid that is above a ceiling",
    access: "operator",
    params: payoutInPath,
    body: ofPlan,
    result: {},
    act: async ({ acts, params, body }) => {
      await approvePayout(acts, payoutOf(acts.baker, params.payout), body.digest);
      return {};
    },
  }),
  command({
    id: "rejectPayout",
    path: "/payouts/{payout}/reject",
    tag: "payments",
    summary:
      "Voids a plan before anything of it is sent, and holds the cycle; once released it is planned anew",
    access: "operator",
    params: payoutInPath,
    body: ofPlan.extend({ reason: reasonText }),
    result: {},
    act: async ({ acts, params, body }) => {
      await rejectPayout(acts, payoutOf(acts.baker, params.payout), body.digest, body.reason);
      return {};
    },
  }),
  command({
    id: "resumePayout",
    path: "/payouts/{payout}/resume",
    tag: "payments",
    summary: "Pays on what a switch to off has withdrawn; a cycle is asked for by its number",
    access: "operator",
    params: payoutInPath,
    body: none,
    result: {},
    act: async ({ acts, params }) => {
      await resumePayment(acts, payoutOf(acts.baker, params.payout));
      return {};
    },
  }),
  command({
    id: "holdPayment",
    path: "/payments/{payout}/{obligation}/hold",
    tag: "payments",
    summary: "Keeps what a payout owes to this receiver from being sent",
    access: "operator",
    params: obligationInPath,
    body: because,
    result: {},
    act: ({ acts, params, body: { reason } }) =>
      onPayment(acts, params, {
        ofCycle: (by, cycle, who) => holdPayment(by, cycle, who, reason),
        other: (by, payment, who) => holdOther(by, payment, who, reason),
      }),
  }),
  command({
    id: "releasePayment",
    path: "/payments/{payout}/{obligation}/release",
    tag: "payments",
    summary: "Lets what is held be sent, alone, to the recipient that a delegator's terms name now",
    access: "operator",
    params: obligationInPath,
    body: none,
    result: {},
    act: ({ acts, params }) => onPayment(acts, params, { ofCycle: releasePayment, other: releaseOther }),
  }),
];
