import { type Action } from "./action.js";
import { type Acting, append, closePayment, type Done, paymentOf, payoutOf } from "./acting.js";
import { simulatePayout } from "./dry-run.js";
import { formBatch } from "./forming.js";
import { fixPlan } from "./planning.js";
import { injectFromLog } from "./sign.js";
import { signDelegation, signReveal } from "./sign-other.js";
import { signBatch } from "./signing.js";

/** Carries out what `next` chose. Whatever is refused or conflicts is left: the next look decides again. */
export const perform = async (action: Action, acting: Acting): Promise<Done> => {
  const { view, memory, facts, ports } = acting;
  switch (action.do) {
    case "wait":
      return action.waiting;
    case "append":
      return append(acting, action.to, action.events);
    case "inject":
      memory.injectedAt.set(action.hash, facts.head.hash);
      await injectFromLog(ports, view.payer, action);
      return undefined;
    case "form-batch":
      return formBatch(acting, paymentOf(view, action.payment), action.obligations);
    case "sign-batch":
      return signBatch(acting, paymentOf(view, action.payment), action.batchId);
    case "sign-delegation":
      return signDelegation(acting, action);
    case "close-payment":
      return closePayment(acting, action.payment);
    case "sign-reveal":
      return signReveal(acting);
    case "fix-plan":
      return fixPlan(acting, payoutOf(view, action.cycle));
    case "simulate-payout":
      return simulatePayout(acting, payoutOf(view, action.cycle), view.payer);
  }
};
