// Tables of the wallet that pays.
import {
  bigint,
  boolean,
  defineTable,
  instant,
  integer,
  json,
  nullable,
  oneOf,
  text,
  total,
} from "../src/readmodel/projection.js";

/** One row a wallet. */
export const wallets = defineTable(
  "wallets",
  {
    wallet: text,
    /** Null: another wallet pays. */
    chain_id: nullable(text),
    adopted_level: nullable(integer),
    /** The last one that the log explains; those of operations under way come after it. */
    counter: nullable(bigint),
    /** Of the term that signs. */
    token: nullable(bigint),
    term_since: nullable(instant),
    handed_over_to: nullable(text),
  },
  { key: ["wallet"] },
);

/** One row a reason for which a wallet signs nothing now. */
export const pauses = defineTable(
  "wallet_pauses",
  {
    wallet: text,
    reason: text,
    detail: text,
    actor: text,
    until_level: nullable(integer),
    since: instant,
  },
  { key: ["wallet", "reason"] },
);

const operation = {
  wallet: text,
  hash: text,
  purpose: oneOf("batch", "reveal", "delegation"),
  batch_id: nullable(text),
  /** Stream that holds the batch's plan. */
  payment: nullable(text),
  /** The cycle that it pays, if it pays one. */
  cycle: nullable(integer),
  first_counter: bigint,
  last_counter: bigint,
  signed_at: instant,
};
/** One row an operation whose fate is not final. */
export const underWay = defineTable(
  "wallet_operations",
  {
    ...operation,
    /** Null: in no block of the head's branch. */
    level: nullable(integer),
    /** Last kind of refusal by a node, which proves nothing. */
    refused: nullable(oneOf("permanent", "temporary", "branch")),
    /** In mutez; set with the event that ends it. */
    fees: total,
    burns: total,
  },
  { key: ["wallet", "hash"] },
);

/** One row an operation that TAPS did not sign. While one is not classified, nothing is signed. */
export const foreign = defineTable(
  "wallet_foreign_operations",
  {
    wallet: text,
    hash: text,
    position: bigint,
    level: integer,
    first_counter: bigint,
    last_counter: bigint,
    /** List of {kind, destination, amount, status}. */
    contents: json,
    found_at: instant,
    /** Null until a person has said what it was. */
    meaning: nullable(oneOf("unrelated", "pays")),
    /** List of {content, payment, obligation}. */
    pays: nullable(json),
    reason: nullable(text),
    actor: nullable(text),
    classified_at: nullable(instant),
  },
  { key: ["wallet", "hash"], indexes: [["wallet", "position"]] },
);

/** Contents of those, until a person has said what they paid; in mutez. */
export const foreignContents = defineTable(
  "wallet_foreign_contents",
  { wallet: text, hash: text, content: integer, sent: bigint, fees: bigint, burns: bigint },
  { key: ["hash", "content"] },
);

/** One row a payment of its own, or a delegation, that is asked for and not yet closed. */
export const requests = defineTable(
  "wallet_requests",
  {
    wallet: text,
    kind: oneOf("payment", "delegation"),
    /** The payment's stream, or the delegation's id. */
    id: text,
    /** Of a delegation; null withdraws it. */
    delegate: nullable(text),
    actor: text,
    /** Of a delegation: leaving *on* no longer withdraws it. */
    begun: boolean,
    requested_at: instant,
  },
  { key: ["wallet", "kind", "id"] },
);

/**
 * One row a wallet and cycle, and one for what belongs to no cycle, in mutez: what reached receivers, fees and burns of
 * final operations, failed ones too. Of what was sent without TAPS only contents are in it that a person has named as
 * what paid an obligation, with all that they sent; `operations` are those that TAPS signed.
 */
export const spending = defineTable(
  "wallet_spending",
  { wallet: text, cycle: nullable(integer), sent: total, fees: total, burns: total, operations: total },
  { key: ["wallet", "cycle"] },
);

/** Items of batches that are not settled. `wallet`: who signed it; an unsigned one has none. */
export const items = defineTable(
  "wallet_batch_items",
  {
    obligation: text,
    batch_id: text,
    wallet: nullable(text),
    cycle: nullable(integer),
    sent: bigint,
    paid: boolean,
  },
  { key: ["batch_id", "obligation"] },
);
