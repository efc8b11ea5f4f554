// The ledger: what is owed across cycles, and every movement that made it so.
import { type Answer } from "../../application/read-side/answer.js";
import {
  balanceRow,
  type BalanceRow,
  movementRow,
  type MovementRow,
} from "../../application/read-side/ledger.js";
import { type Page, type PageRequest } from "../../application/read-side/page.js";
import { type Address, type TzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { answer } from "./answer.js";
import { pageOf } from "./page.js";

const MODEL = "ledger";

const byDelegator = { name: "delegator", column: "t.delegator", type: "text" } as const;
const byBalance = { name: "balance", column: "t.balance", type: "bigint" } as const;
const byPosition = { name: "position", column: "t.position", type: "bigint" } as const;

/** A page of the balances that no payout has taken; none is 0. */
export const balances = (
  transact: Transact,
  baker: TzAddress,
  request: PageRequest & { readonly sort: "delegator" | "balance" },
): Promise<Answer<Page<BalanceRow>>> =>
  answer(transact, { model: MODEL, tables: ["ledger_balances"] }, (session) =>
    pageOf(
      session,
      {
        list: `balances by ${request.sort}`,
        shape: balanceRow,
        from: "read.ledger_balances AS t",
        where: (parameters) => [`t.baker = ${parameters.add(baker, "text")}`],
        order: request.sort === "balance" ? [byBalance, byDelegator] : [byDelegator],
      },
      request,
    ),
  );

/** A page of movements in the order of the log; everybody's, or one delegator's. */
export const movements = (
  transact: Transact,
  baker: TzAddress,
  { delegator, ...request }: PageRequest & { readonly delegator?: Address | undefined },
): Promise<Answer<Page<MovementRow>>> =>
  answer(transact, { model: MODEL, tables: ["ledger_movements"] }, (session) =>
    pageOf(
      session,
      {
        list: `movements of ${delegator ?? "all"}`,
        shape: movementRow,
        from: "read.ledger_movements AS t",
        where: (parameters) => [
          `t.baker = ${parameters.add(baker, "text")}`,
          ...(delegator === undefined ? [] : [`t.delegator = ${parameters.add(delegator, "text")}`]),
        ],
        order: [byPosition, byDelegator],
      },
      request,
    ),
  );
