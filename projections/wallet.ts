// The wallet that pays: its counter and term, what stops it, what is under way, and what it has spent.
import { type Json } from "../src/domain/digest.js";
import { parseStreamName } from "../src/domain/identifiers.js";
import { sumOf } from "../src/domain/money.js";
import { type ForeignOperation } from "../src/domain/wallet/events.js";
import {
  as,
  type Change,
  copy,
  patch,
  type ProjectedEvent,
  type Projection,
  remove,
  upsert,
} from "../src/readmodel/projection.js";
import { obligationIn, payoutOf } from "./payment-names.js";
import {
  foreign,
  foreignContents,
  items,
  pauses,
  requests,
  spending,
  underWay,
  wallets,
} from "./wallet-tables.js";

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
        ...contents.flatMap(({ amount: sent, fee: fees, burn: burns }, content) =>
          sent === null ? [] : [upsert(foreignContents, { wallet, hash, content, sent, fees, burns })],
        ),
        upsert(wallets, { wallet, counter: lastCounter }),
      ];
    }
    case "ForeignOperationClassified": {
      const { hash, pays, reason, actor } = event.data;
      const meaning = pays.length === 0 ? ("unrelated" as const) : ("pays" as const);
      const said = { meaning, pays, reason, actor, classified_at: recordedAt };
      return [patch(foreign, { wallet, hash }, said), remove(foreignContents, { hash })];
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
    case "ObligationPaidOutside": {
      const { operation: hash, content } = event.data;
      return [copy(foreignContents, spending, { hash, content }, { cycle: payout.cycle })];
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
  version: 2,
  tables: [wallets, pauses, underWay, foreign, foreignContents, requests, spending, items],
  apply,
};
