// The wallet that pays: its counter and term, what stops it, what is under way, and what it has spent.
import { type Json } from "../src/domain/digest.js";
import { parseStreamName } from "../src/domain/identifiers.js";
import { sumOf } from "../src/domain/money.js";
import { type ForeignOperation } from "../src/domain/wallet/events.js";
import {
  as,
  bigint,
  boolean,
  type Change,
  copy,
  defineTable,
  instant,
  integer,
  json,
  nullable,
  oneOf,
  patch,
  type ProjectedEvent,
  type Projection,
  remove,
  text,
  total,
  upsert,
} from "../src/readmodel/projection.js";
import { obligationIn, payoutOf } from "./payment-names.js";

/** One row a wallet. */
const wallets = defineTable(
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
const pauses = defineTable(
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
const underWay = defineTable(
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
const foreign = defineTable(
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

/** One row a payment of its own, or a delegation, that is asked for and not yet closed. */
const requests = defineTable(
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
 * final operations, failed ones too. What was sent without TAPS is not in it.
 */
const spending = defineTable(
  "wallet_spending",
  { wallet: text, cycle: nullable(integer), sent: total, fees: total, burns: total, operations: total },
  { key: ["wallet", "cycle"] },
);

/** Items of batches that are not settled. `wallet`: who signed it; an unsigned one has none. */
const items = defineTable(
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

const jsonOf = (contents: ForeignOperation["contents"]): Json =>
  contents.map(({ amount, fee, burn, ...content }) => ({
    ...content,
    amount: amount === null ? null : `${amount}`,
    fee: `${fee}`,
    burn: `${burn}`,
  }));

/** `wallet_operations` tells what an operation was for; its costs go with it. */
const ended = (wallet: string, hash: string): Change => remove(underWay, { wallet, hash });

const walletBy = ({ event, position, recordedAt }: ProjectedEvent, wallet: string): readonly Change[] => {
  switch (event.type) {
    case "WalletAdopted": {
      const { chainId, level, counter } = event.data;
      return [upsert(wallets, { wallet, chain_id: chainId, adopted_level: level, counter })];
    }
    case "WalletHandedOver": {
      const { to } = event.data;
      const none = { chain_id: null, adopted_level: null, token: null, term_since: null };
      return [upsert(wallets, { wallet, ...none, handed_over_to: to })];
    }
    case "TermStarted":
      return [upsert(wallets, { wallet, token: event.data.token, term_since: recordedAt })];
    case "OperationSigned": {
      const { hash, purpose, batchId, payment, firstCounter, lastCounter } = event.data;
      const cycle = payment === null ? null : payoutOf(payment).cycle;
      const row = { wallet, hash, purpose, batch_id: batchId, payment, cycle, signed_at: recordedAt };
      const signed = upsert(underWay, { ...row, first_counter: firstCounter, last_counter: lastCounter });
      return batchId === null ? [signed] : [signed, begun(wallet, batchId), ...signedBy(wallet, batchId)];
    }
    case "OperationRefused": {
      const { hash, kind } = event.data;
      return [patch(underWay, { wallet, hash }, { refused: kind })];
    }
    case "OperationIncluded": {
      const { hash, level } = event.data;
      return [patch(underWay, { wallet, hash }, { level })];
    }
    case "OperationReorganised":
      return [patch(underWay, { wallet, hash: event.data.hash }, { level: null })];
    case "OperationFinalised": {
      const { hash, contents } = event.data;
      const costs = { fees: sumOf(contents, ({ fee }) => fee), burns: sumOf(contents, ({ burn }) => burn) };
      return [
        patch(underWay, { wallet, hash }, costs),
        copy(underWay, spending, { wallet, hash }, { operations: 1n }),
        copy(underWay, wallets, { wallet, hash }, {}, [as("last_counter", "counter")]),
        ended(wallet, hash),
      ];
    }
    case "OperationProvenDead":
      return [ended(wallet, event.data.hash)];
    case "BatchVoided":
      return [begun(wallet, event.data.batchId)];
    case "BatchClosed":
      return event.data.batchIds.map((id) => remove(requests, { wallet, kind: "delegation", id }));
    case "ForeignOperationFound": {
      const { hash, level, firstCounter, lastCounter, contents } = event.data;
      const counters = { first_counter: firstCounter, last_counter: lastCounter };
      const found = { contents: jsonOf(contents), position, found_at: recordedAt };
      return [
        upsert(foreign, { wallet, hash, level, ...counters, ...found }),
        upsert(wallets, { wallet, counter: lastCounter }),
      ];
    }
    case "ForeignOperationClassified": {
      const { hash, pays, reason, actor } = event.data;
      const meaning = pays.length === 0 ? ("unrelated" as const) : ("pays" as const);
      const said = { meaning, pays, reason, actor, classified_at: recordedAt };
      return [patch(foreign, { wallet, hash }, said)];
    }
    case "PaymentRequested": {
      const { payment, actor } = event.data;
      const asked = { actor, begun: false, requested_at: recordedAt };
      return [upsert(requests, { wallet, kind: "payment", id: payment, ...asked })];
    }
    case "PaymentsClosed":
      return event.data.payments.map((id) => remove(requests, { wallet, kind: "payment", id }));
    case "DelegationRequested": {
      const { id, to, actor } = event.data;
      const asked = { delegate: to, actor, begun: false, requested_at: recordedAt };
      return [upsert(requests, { wallet, kind: "delegation", id, ...asked })];
    }
    case "WalletPaused": {
      const { reason, detail, actor, untilLevel } = event.data;
      const why = { reason, detail, actor, until_level: untilLevel, since: recordedAt };
      // Payments are asked for again after *off*; a delegation that is signed is watched to its end.
      const withdrawn = reason === "mode" ? [remove(requests, { wallet, begun: false })] : [];
      return [upsert(pauses, { wallet, ...why }), ...withdrawn];
    }
    case "WalletResumed":
      return [remove(pauses, { wallet, reason: event.data.reason })];
    default:
      return [];
  }
};

const begun = (wallet: string, id: string): Change =>
  patch(requests, { wallet, kind: "delegation", id }, { begun: true });

const signedBy = (wallet: string, batchId: string): readonly Change[] => [
  patch(items, { batch_id: batchId }, { wallet }),
];

const paymentsBy = ({ event, stream }: ProjectedEvent): readonly Change[] => {
  const payout = payoutOf(stream);
  switch (event.type) {
    case "BatchFormed": {
      const { batchId } = event.data;
      return event.data.items.map(({ obligation, sent }) =>
        upsert(items, {
          obligation: obligationIn(payout, obligation),
          batch_id: batchId,
          cycle: payout.cycle,
          sent,
          paid: false,
        }),
      );
    }
    case "BatchDissolved":
      return [remove(items, { batch_id: event.data.batchId })];
    case "BatchSettled": {
      const { batchId, results } = event.data;
      const paid = results.filter(({ result }) => result === "paid");
      return [
        ...paid.map(({ obligation }) =>
          patch(items, { batch_id: batchId, obligation: obligationIn(payout, obligation) }, { paid: true }),
        ),
        copy(items, spending, { batch_id: batchId, paid: true }),
        remove(items, { batch_id: batchId }),
      ];
    }
    default:
      return [];
  }
};

const apply = (projected: ProjectedEvent): readonly Change[] => {
  const { category, elements } = parseStreamName(projected.stream);
  if (category === "wallet") return walletBy(projected, elements[0] ?? "");
  return category === "payment" ? paymentsBy(projected) : [];
};

export const walletProjection: Projection = {
  name: "wallet",
  version: 1,
  tables: [wallets, pauses, underWay, foreign, requests, spending, items],
  apply,
};
