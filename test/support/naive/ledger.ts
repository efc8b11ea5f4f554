import { ledgerOf } from "../../../src/application/aggregates.js";
import { closedRows } from "../../../src/domain/event.js";
import { type CarriedRow } from "../../../src/domain/ledger/ledger.js";
import { type Row } from "../../../src/readmodel/projection.js";
import { BAKER } from "../payouts.js";
import { elementsOf, ends, type Events, type Expected, nameOf, walk } from "./walk.js";

/** What the ledger's fold is left with. */
export const balancesOf = (events: Events): readonly Row[] =>
  [...ends(events, ledgerOf(BAKER))].flatMap(([stream, { balances }]) =>
    [...balances].map(([delegator, balance]) => ({ baker: elementsOf(stream)[0], delegator, balance })),
  );

/** Balances, and each movement by what the fold held before it. */
export const ledgerTablesOf = (events: Events): Expected => {
  const movements = walk(events, ledgerOf(BAKER)).flatMap(({ logged, event, before }): Row[] => {
    const { position, recordedAt, stream } = logged;
    const common = { baker: elementsOf(stream)[0], position, recorded_at: recordedAt };
    const row = (what: Row): Row => ({ ...common, reason: null, actor: null, ...what });
    const rows = (list: Iterable<CarriedRow>, what: Row) =>
      [...list].map(({ delegator, amount }) => row({ ...what, delegator, amount }));
    switch (event.type) {
      case "BalancesTaken":
        return [...before.balances].map(([delegator, amount]) =>
          row({ kind: "taken", delegator, amount: 0n - amount, reference: nameOf(event.data.payment) }),
        );
      case "BalancesCarried":
        return rows(closedRows(before.writing, event.data), {
          kind: "carried",
          reference: nameOf(event.data.payment),
        });
      case "OpeningBalancesImported": {
        const { attempt, file, format, actor } = event.data;
        const list = closedRows(before.importing.get(attempt), event.data);
        return rows(list, { kind: "opening", reference: file, reason: format, actor });
      }
      case "AdjustmentRecorded":
        return [row({ ...event.data, kind: "adjustment" })];
      case "SettlementTaken": {
        const { delegator, amount, payment, reason, actor } = event.data;
        const what = { kind: "settled", delegator, amount: 0n - amount, reference: nameOf(payment) };
        return [row({ ...what, reason, actor })];
      }
      case "SettlementReturned": {
        const { delegator, amount, actor } = event.data;
        const payment = before.settlements.get(delegator)?.payment;
        return [row({ kind: "returned", delegator, amount, reference: nameOf(payment ?? ""), actor })];
      }
      default:
        return [];
    }
  });
  return { ledger_balances: balancesOf(events), ledger_movements: movements };
};
