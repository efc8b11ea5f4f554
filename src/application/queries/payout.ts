import { type StreamName } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import { walletOf } from "../aggregates.js";
import { type Acts } from "../commands/acts.js";
import { bakerOf, paymentIn } from "../aggregates.js";

/** One payment stream: what is planned, and what became of each obligation. Amounts in mutez. */
export const showPayout = async ({ repository, baker }: Acts, stream: StreamName) => {
  const { state } = await repository.load(paymentIn(stream));
  const { payer } = (await repository.load(bakerOf(baker))).state;
  const requests = payer === undefined ? [] : (await repository.load(walletOf(payer))).state.requests;
  const { pending, ...sums } = Payment.totalsOf(state);
  const isCycles = Payment.cycleOfStream(stream) !== undefined;
  return {
    payment: stream,
    planned: state.plan
      ? { digest: state.plan.digest, obligations: state.plan.count, due: state.plan.sum }
      : null,
    /** Ceilings that the plan is above, and who approved it. */
    exceeded: state.approval?.exceeded ?? null,
    awaitsApproval: Payment.awaitsApproval(state),
    approvedBy: state.approval?.approvedBy ?? null,
    /** Why the newest plan is void. */
    rejected: state.rejected ?? null,
    ...sums,
    pending,
    /** Of a payment that is no cycle's: whether the payer is asked for it. */
    asked: isCycles ? null : requests.includes(stream),
    obligations: [...state.obligations.values()].map(({ id, recipient, due, status }) => ({
      id,
      recipient,
      due,
      at: status.at,
      operation: status.at === "paid" ? status.operation : null,
      reason: status.at === "held" ? status.reason : null,
    })),
  };
};
