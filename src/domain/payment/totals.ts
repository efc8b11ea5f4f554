// What a payment comes to.
import { max, mutez, type Mutez, ZERO } from "../money.js";
import { isDelegators } from "./events.js";
import { type State } from "./fold.js";

/** Sums over the obligations, in mutez; `pending` counts those neither paid, carried nor held. */
export const totalsOf = (state: State) => {
  const totals = { paid: 0n, charged: 0n, carried: 0n, held: 0n };
  let pending = 0;
  for (const { id, due, status } of state.obligations.values()) {
    if (status.at === "paid") {
      totals.paid += status.sent;
      totals.charged += status.charged;
      if (isDelegators(id)) totals.carried += status.adjusted ?? 0n;
    } else if (status.at === "carried") totals.carried += due;
    else if (status.at === "held") totals.held += due;
    else pending += 1;
  }
  return {
    paid: mutez(totals.paid),
    charged: mutez(totals.charged),
    carried: mutez(totals.carried),
    held: mutez(totals.held),
    pending,
  };
};

/** Fees and burns of the final operations that the receivers were not charged for: what the payment cost the baker. */
export const networkCostsOf = (state: State): Mutez =>
  max(mutez(state.networkFees + state.networkBurns - totalsOf(state).charged), ZERO);
