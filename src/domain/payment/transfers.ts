// Money that a person sends through the wallet: a plan without a cycle, an allocation or a take.
import { canonicalJson, sha256 } from "../digest.js";
import { type Address, type Digest, type TzAddress } from "../identifiers.js";
import { type Settlement } from "../ledger/ledger.js";
import { type Mutez, ZERO } from "../money.js";
import { type Limits } from "./ceilings.js";
import { type Obligation, obligationId, type ObligationKind } from "./events.js";

/** `amount` in mutez, above 0. */
export interface TransferRow {
  readonly to: Address;
  readonly amount: Mutez;
}

/** Of what is asked for: the same rows in the same order give the same digest. */
export const digestOf = (rows: readonly TransferRow[]): Digest =>
  sha256(canonicalJson(rows.map(({ to, amount }) => ({ to, amount: amount.toString() }))));

/** Of a plan that takes nothing off what is due: what its operations cost is the baker's. */
export const atBakersCost = {
  carried: ZERO,
  kept: ZERO,
  transactionFeePaidBy: "baker",
  allocationFeePaidBy: "baker",
} as const;

/**
 * The plan of transfers, each receiver named once. What the operations cost is the baker's; what goes to the payer
 * itself is settled without one. It has no ceiling: a person has named each amount.
 */
export const planTransfers = (rows: readonly TransferRow[], payer: TzAddress, kind: ObligationKind) => ({
  obligations: rows.map(({ to, amount }): Obligation => ({
    id: obligationId(kind, to),
    delegator: to,
    recipient: to,
    due: amount,
    self: to === payer,
  })),
  allocation: digestOf(rows),
  taken: ZERO,
  ...atBakersCost,
  limits: null,
});

/**
 * The plan of what one delegator was owed in the ledger; `taken` from there, it is due as it is. Nobody has named the
 * amount, so the ceilings hold for it.
 */
export const planSettlement = (
  { delegator, recipient, amount }: Pick<Settlement, "delegator" | "recipient" | "amount">,
  payer: TzAddress,
  ceilings: Limits["ceilings"],
) => ({
  obligations: [
    {
      id: obligationId("delegator", delegator),
      delegator,
      recipient,
      due: amount,
      self: delegator === payer || recipient === payer,
    },
  ],
  allocation: digestOf([{ to: recipient, amount }]),
  taken: amount,
  ...atBakersCost,
  limits: { ceilings, rewards: ZERO, before: [] },
});
