// What a paid cycle leaves to the bond pool becomes a payment of its own, before the cycle is settled.
import * as Baker from "../../../domain/baker/baker.js";
import { planBondPool } from "../../../domain/payment/bond-pool.js";
import { isRefused } from "../../../domain/decision.js";
import * as Payment from "../../../domain/payment/payment.js";
import { ZERO } from "../../../domain/money.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import { wait } from "./action.js";
import { type PayoutStep } from "./payout.js";
import { appending } from "./watch.js";

/**
 * Plans it by the members of this moment, once, and asks the wallet for it: goes on at the first one missing. A cycle
 * that is settled is not looked at again, so both come before that.
 */
export const shareBondPool: PayoutStep = ({ cycle, bond, payment, reward }, { view }) => {
  if (bond === undefined) return undefined;
  const { stream } = bond;
  const { plan, completed, rejected } = bond.payment.state;
  if (rejected) return undefined;
  if (plan) {
    const wallet = view.wallet.state;
    if (completed || wallet.requests.includes(stream)) return undefined;
    const asked = Wallet.requestPayment({ payment: stream, actor: "taps" })(wallet);
    return isRefused(asked)
      ? wait({ reason: "paused", detail: asked.refused })
      : { do: "append", to: { stream: "wallet" }, events: asked };
  }
  const { allocation } = reward.state;
  const pool = Baker.bondPoolOf(view.baker.state, cycle);
  if (!allocation || !pool) return undefined;
  const settled = {
    allocation,
    keptByPlan: payment.state.plan?.kept ?? ZERO,
    networkCosts: Payment.networkCostsOf(payment.state),
  };
  const { operationFee: _fee, ...ceilings } = view.baker.state.ceilings;
  const terms = { allocation: allocation.resultDigest, payer: view.payer, ceilings };
  const planned = planBondPool(settled, pool, terms);
  return appending({ stream: "payment", payment: stream }, planned(bond.payment.state));
};
