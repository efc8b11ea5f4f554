// What the names of payment streams and of obligations say, for every read model that follows payments.
import { parseStreamName } from "../src/domain/identifiers.js";
import { type ObligationKind, obligationKind } from "../src/domain/payment/events.js";

/** `payment-<pkh>_<n>`, `payment-<pkh>_bond_<n>`, `payment-<pkh>_batch_<id>`. */
export const payoutOf = (stream: string) => {
  const { elements } = parseStreamName(stream);
  const [baker = "", kind] = elements;
  return {
    /** The payment stream's name without its category. */
    payout: elements.join("_"),
    baker,
    /** Null for money that belongs to no cycle. */
    cycle: kind === "batch" ? null : Number(elements.at(-1)),
  };
};

/** An obligation is named within its payout. */
export const obligationIn = ({ payout }: { readonly payout: string }, id: string): string =>
  `${payout}/${id}`;

/** What an obligation is owed for: its id is `<kind>:<address>`. */
export const kindOf = (id: string): ObligationKind => obligationKind.parse(id.slice(0, id.indexOf(":")));
