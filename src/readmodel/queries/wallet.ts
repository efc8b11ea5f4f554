// The wallet that pays: what stops it, what is under way, and what it has spent.
import { z } from "zod";
import {
  chainId,
  cycleNumber,
  level,
  operationHash,
  type TzAddress,
  tzAddress,
} from "../../domain/identifiers.js";
import { pauseReason, purpose } from "../../domain/wallet/events.js";
import { type Transact } from "../database.js";
import { amount, type Answer, answer, columnsOf, position, rowsOf } from "./answer.js";
import { type Page, pageOf, type PageRequest } from "./page.js";

const MODEL = "wallet";

const walletRow = z.object({
  wallet: tzAddress,
  chainId: chainId.nullable(),
  adoptedLevel: level.nullable(),
  counter: z.bigint().nullable(),
  token: z.bigint().nullable(),
  termSince: z.date().nullable(),
  handedOverTo: tzAddress.nullable(),
});
export const pauseRow = z.object({
  reason: pauseReason,
  detail: z.string(),
  actor: z.string(),
  untilLevel: level.nullable(),
  since: z.date(),
});
export const underWayRow = z.object({
  hash: operationHash,
  purpose,
  batchId: z.string().nullable(),
  payment: z.string().nullable(),
  cycle: cycleNumber.nullable(),
  firstCounter: z.bigint(),
  lastCounter: z.bigint(),
  /** Null: in no block of the head's branch. */
  level: level.nullable(),
  refused: z.enum(["permanent", "temporary", "branch"]).nullable(),
  signedAt: z.date(),
});
export const requestRow = z.object({
  kind: z.enum(["payment", "delegation"]),
  id: z.string(),
  delegate: tzAddress.nullable(),
  actor: z.string(),
  requestedAt: z.date(),
});
export type Wallet = z.infer<typeof walletRow> & {
  readonly pauses: readonly z.infer<typeof pauseRow>[];
  readonly underWay: readonly z.infer<typeof underWayRow>[];
  readonly requests: readonly z.infer<typeof requestRow>[];
};

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

export const foreignRow = z.object({
  hash: operationHash,
  position,
  level,
  firstCounter: z.bigint(),
  lastCounter: z.bigint(),
  /** Amounts are decimal strings of mutez. */
  contents: z.array(
    z.object({
      kind: z.string(),
      destination: z.string().nullable(),
      amount: z.string().nullable(),
      status: z.string(),
    }),
  ),
  foundAt: z.date(),
  /** Null until a person has said what it was: until then nothing is signed. */
  meaning: z.enum(["unrelated", "pays"]).nullable(),
  pays: z
    .array(z.object({ content: z.number().int(), payment: z.string(), obligation: z.string() }))
    .nullable(),
  reason: z.string().nullable(),
  actor: z.string().nullable(),
  classifiedAt: z.date().nullable(),
});
export type ForeignRow = z.infer<typeof foreignRow>;

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

const spent = z.object({ sent: amount, fees: amount, burns: amount, operations: z.bigint() });
export const spendingRow = spent.extend({ cycle: cycleNumber });
export type SpendingRow = z.infer<typeof spendingRow>;
/**
 * Sent by hand counts what a person has named as the payment of an obligation; `operations` are those that TAPS signed.
 * `others`: of payments that belong to no cycle, of reveals and delegations.
 */
export type Spending = Page<SpendingRow> & { readonly others: z.infer<typeof spent> | undefined };

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
