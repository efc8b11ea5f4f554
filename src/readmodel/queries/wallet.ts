// The wallet that pays: what stops it, what is under way, and what it has spent.
import { type z } from "zod";
import { type Answer } from "../../application/read-side/answer.js";
import { type Page, type PageRequest } from "../../application/read-side/page.js";
import {
  foreignRow,
  type ForeignRow,
  pauseRow,
  requestRow,
  type Spending,
  spendingRow,
  spent,
  underWayRow,
  type Wallet,
  walletRow,
} from "../../application/read-side/wallet.js";
import { type TzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { answer, columnsOf, rowsOf } from "./answer.js";
import { pageOf } from "./page.js";

const MODEL = "wallet";

const TABLES = ["wallets", "wallet_pauses", "wallet_operations", "wallet_requests"] as const;

/** A wallet as it stands, operations in the order of their counters; undefined: it was never adopted. */
export const wallet = (transact: Transact, which: TzAddress): Promise<Answer<Wallet | undefined>> =>
  answer(transact, { model: MODEL, tables: TABLES }, async (session) => {
    const list = <S extends z.ZodObject>(shape: S, table: string, order: string) =>
      rowsOf(
        session,
        shape,
        `SELECT ${columnsOf(shape)} FROM read.${table} AS t WHERE t.wallet = $1 ORDER BY ${order}`,
        [which],
      );
    const [found] = await list(walletRow, "wallets", "t.wallet");
    if (found === undefined) return undefined;
    return {
      ...found,
      pauses: await list(pauseRow, "wallet_pauses", "t.since, t.reason"),
      underWay: await list(underWayRow, "wallet_operations", "t.first_counter"),
      requests: await list(requestRow, "wallet_requests", "t.requested_at, t.kind, t.id"),
    };
  });

/** A page of the wallet's operations that TAPS did not sign, in the order in which they were found. */
export const foreignOperations = (
  transact: Transact,
  which: TzAddress,
  request: PageRequest,
): Promise<Answer<Page<ForeignRow>>> =>
  answer(transact, { model: MODEL, tables: ["wallet_foreign_operations"] }, (session) =>
    pageOf(
      session,
      {
        list: "foreign operations",
        shape: foreignRow,
        from: "read.wallet_foreign_operations AS t",
        where: (parameters) => [`t.wallet = ${parameters.add(which, "text")}`],
        order: [{ name: "position", column: "t.position", type: "bigint" }],
      },
      request,
    ),
  );

/** A page of what the wallet has spent, by the cycle that was paid. */
export const spending = (
  transact: Transact,
  which: TzAddress,
  request: PageRequest,
): Promise<Answer<Spending>> =>
  answer(transact, { model: MODEL, tables: ["wallet_spending"] }, async (session) => {
    const page = await pageOf(
      session,
      {
        list: "spending",
        shape: spendingRow,
        from: "read.wallet_spending AS t",
        where: (parameters) => [`t.wallet = ${parameters.add(which, "text")}`, "t.cycle IS NOT NULL"],
        order: [{ name: "cycle", column: "t.cycle", type: "integer" }],
      },
      request,
    );
    const text =
      `SELECT ${columnsOf(spent)} FROM read.wallet_spending AS t ` +
      `WHERE t.wallet = $1 AND t.cycle IS NULL`;
    const [others] = await rowsOf(session, spent, text, [which]);
    return { ...page, others };
  });
