// What each delegator is owed across cycles, and every movement that made it so.
import { parseStreamName } from "../src/domain/identifiers.js";
import {
  bigint,
  type Change,
  copy,
  defineTable,
  instant,
  minus,
  nullable,
  oneOf,
  type ProjectedEvent,
  type Projection,
  text,
  upsert,
} from "../src/readmodel/projection.js";
import { defineBalances } from "./balances.js";

const { balances, draft, changesOf } = defineBalances({ balances: "ledger_balances", draft: "ledger_draft" });

/** One row a change of a balance, in mutez; at any position a delegator's sum up to there is its balance. */
const movements = defineTable(
  "ledger_movements",
  {
    baker: text,
    /** Of the event, in the log. */
    position: bigint,
    delegator: text,
    kind: oneOf("opening", "adjustment", "taken", "carried", "settled", "returned"),
    /** Above 0: more is owed. */
    amount: bigint,
    /** The file's digest, the adjustment's own, or the payout that took or gave. */
    reference: text,
    reason: nullable(text),
    /** Null: a payout's own doing. */
    actor: nullable(text),
    recorded_at: instant,
  },
  {
    key: ["baker", "position", "delegator"],
    indexes: [["baker", "delegator", "position"]],
  },
);

const payoutOf = (payment: string): string => parseStreamName(payment).elements.join("_");

const movementsOf = (
  { event, stream, position, recordedAt }: ProjectedEvent,
  baker: string,
): readonly Change[] => {
  const moved = { position, recorded_at: recordedAt };
  switch (event.type) {
    case "BalancesTaken": {
      const taken = { ...moved, kind: "taken" as const, reference: payoutOf(event.data.payment) };
      return [copy(balances, movements, { baker }, taken, [minus("balance", "amount")])];
    }
    case "BalancesCarried": {
      const { attempt, payment } = event.data;
      const carried = { ...moved, reference: payoutOf(payment) };
      return [copy(draft, movements, { baker, kind: "carried", attempt }, carried)];
    }
    case "OpeningBalancesImported": {
      const { attempt, file, format, actor } = event.data;
      const imported = { ...moved, reference: file, reason: format, actor };
      return [copy(draft, movements, { baker, kind: "opening", attempt }, imported)];
    }
    case "AdjustmentRecorded":
      return [upsert(movements, { ...moved, baker, kind: "adjustment", ...event.data })];
    case "SettlementTaken": {
      const { delegator, amount, payment, reason, actor } = event.data;
      const settled = { kind: "settled" as const, amount: 0n - amount, reference: payoutOf(payment) };
      return [upsert(movements, { ...moved, baker, delegator, ...settled, reason, actor })];
    }
    case "SettlementReturned": {
      const { delegator, number, amount, actor } = event.data;
      const reference = payoutOf(stream.replace(/^ledger/, "payment")).concat(
        `_batch_settle.${delegator}.${number}`,
      );
      return [upsert(movements, { ...moved, baker, delegator, kind: "returned", amount, reference, actor })];
    }
    default:
      return [];
  }
};

const apply = (projected: ProjectedEvent): readonly Change[] => {
  const baker = parseStreamName(projected.stream).elements[0] ?? "";
  return [...movementsOf(projected, baker), ...changesOf(projected.event, baker)];
};

export const ledgerProjection: Projection = {
  name: "ledger",
  version: 1,
  tables: [balances, movements, draft],
  apply,
};
