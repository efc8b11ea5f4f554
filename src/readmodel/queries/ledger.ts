// The ledger: what is owed across cycles, and every movement that made it so.
import { z } from "zod";
import { address, type Address, type TzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { amount, type Answer, answer, position } from "./answer.js";
import { type Page, pageOf, type PageRequest } from "./page.js";

const MODEL = "ledger";

export const balanceRow = z.object({ delegator: address, balance: amount });
export type BalanceRow = z.infer<typeof balanceRow>;

export const movementRow = z.object({
  position,
  delegator: address,
  kind: z.enum(["opening", "adjustment", "taken", "carried", "settled", "returned"]),
  /** Above 0: more is owed. */
  amount,
  /** The file's digest, the adjustment's own, or the payout that took or gave. */
  reference: z.string(),
  reason: z.string().nullable(),
  /** Null: a payout's own doing. */
  actor: z.string().nullable(),
  recordedAt: z.date(),
});
export type MovementRow = z.infer<typeof movementRow>;

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
