// What the ledger's events leave to each delegator, for every read model that shows it.
import { type DomainEvent } from "../src/domain/events.js";
import {
  as,
  bigint,
  type Change,
  copy,
  defineTable,
  oneOf,
  remove,
  text,
  total,
  upsert,
} from "../src/readmodel/projection.js";

/** The tables of one read model, and what an event changes in them. */
export const defineBalances = (names: { readonly balances: string; readonly draft: string }) => {
  /** One row a delegator with a balance that no plan has taken, in mutez: below 0 it was overpaid. */
  const balances = defineTable(
    names.balances,
    { baker: text, delegator: text, balance: total },
    { key: ["baker", "delegator"], indexes: [["baker", "balance", "delegator"]] },
  );
  /** Rows of lists being written: they count only once an event closes their attempt. */
  const draft = defineTable(
    names.draft,
    { baker: text, kind: oneOf("carried", "opening"), attempt: text, delegator: text, amount: bigint },
    { key: ["baker", "kind", "attempt", "delegator"] },
  );

  const drafted = (
    baker: string,
    kind: "carried" | "opening",
    {
      attempt,
      rows,
    }: { readonly attempt: string; readonly rows: readonly { delegator: string; amount: bigint }[] },
  ) => rows.map(({ delegator, amount }) => upsert(draft, { baker, kind, attempt, delegator, amount }));

  const isNothing = (baker: string) => remove(balances, { baker, balance: 0n });
  const added = (baker: string, delegator: string, balance: bigint): readonly Change[] => [
    upsert(balances, { baker, delegator, balance }),
    isNothing(baker),
  ];
  const closed = (list: { baker: string; kind: "carried" | "opening"; attempt: string }) =>
    copy(draft, balances, list, {}, [as("amount", "balance")]);

  /** `baker`: whose ledger's event it is. */
  const changesOf = (event: DomainEvent, baker: string): readonly Change[] => {
    switch (event.type) {
      case "BalancesTaken":
        return [remove(balances, { baker }), remove(draft, { baker, kind: "opening" })];
      case "CarriedRows":
        return drafted(baker, "carried", event.data);
      case "OpeningBalances":
        return drafted(baker, "opening", event.data);
      case "BalancesCarried": {
        const list = { baker, kind: "carried" as const };
        const { attempt } = event.data;
        return [closed({ ...list, attempt }), remove(draft, list), isNothing(baker)];
      }
      case "OpeningBalancesImported": {
        const list = { baker, kind: "opening" as const, attempt: event.data.attempt };
        return [closed(list), remove(draft, list), isNothing(baker)];
      }
      case "AdjustmentRecorded":
        return added(baker, event.data.delegator, event.data.amount);
      case "SettlementTaken":
        return added(baker, event.data.delegator, 0n - event.data.amount);
      case "SettlementReturned":
        return added(baker, event.data.delegator, event.data.amount);
      default:
        return [];
    }
  };
  return { balances, draft, changesOf };
};
