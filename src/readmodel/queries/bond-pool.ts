// The bond pool: its members, and how what each cycle left was split among them.
import { z } from "zod";
import { address, cycleNumber, digest, type TzAddress } from "../../domain/identifiers.js";
import { basisPoints } from "../../domain/money.js";
import { type Session, type Transact } from "../database.js";
import { amount, type Answer, answer, columnsOf, Parameters, rowsOf } from "./answer.js";
import { type Page, pageOf, type PageRequest } from "./page.js";

const MODEL = "bond_pool";

const poolRow = z.object({ sinceCycle: cycleNumber.nullable(), changedAt: z.date() });
export const memberRow = z.object({
  member: address,
  amount,
  chargeBps: basisPoints,
  manager: z.boolean(),
});
/** `members` by address. `sinceCycle` null: it is off. */
export interface BondPool {
  readonly sinceCycle: z.infer<typeof poolRow>["sinceCycle"];
  readonly members: readonly z.infer<typeof memberRow>[];
}

const outcome = {
  /** Null: it is owed nothing. */
  result: z.enum(["open", "paid", "carried", "held"]).nullable(),
  reason: z.string().nullable(),
  settledAt: z.date().nullable(),
};
export const shareRow = z.object({
  cycle: cycleNumber,
  member: address,
  amount,
  chargeBps: basisPoints,
  gross: amount,
  charge: amount,
  net: amount,
  ...outcome,
});
/** `result` and what follows it: of the manager's charges. */
export const bondCycleRow = z.object({
  cycle: cycleNumber,
  base: amount,
  networkCosts: amount,
  manager: address,
  charges: amount,
  rest: amount,
  ...outcome,
  obligations: z.number().int(),
  due: amount,
  planDigest: digest,
  exceeded: z.array(z.looseObject({ ceiling: z.string() })).nullable(),
  approvedBy: z.string().nullable(),
  paid: amount.nullable(),
  held: amount.nullable(),
  networkFees: amount.nullable(),
  networkBurns: amount.nullable(),
  plannedAt: z.date(),
  completedAt: z.date().nullable(),
});
export type BondCycle = z.infer<typeof bondCycleRow> & {
  readonly shares: readonly z.infer<typeof shareRow>[];
};

/** The pool as it stands. */
export const bondPool = (transact: Transact, baker: TzAddress): Promise<Answer<BondPool>> =>
  answer(transact, { model: MODEL, tables: ["bond_pool", "bond_pool_members"] }, async (session) => {
    const pool = `SELECT ${columnsOf(poolRow)} FROM read.bond_pool AS t WHERE t.baker = $1`;
    const members =
      `SELECT ${columnsOf(memberRow)} FROM read.bond_pool_members AS t ` +
      `WHERE t.baker = $1 ORDER BY t.member`;
    const [found] = await rowsOf(session, poolRow, pool, [baker]);
    return {
      sinceCycle: found?.sinceCycle ?? null,
      members: await rowsOf(session, memberRow, members, [baker]),
    };
  });

const sharesOf = async (
  session: Session,
  baker: TzAddress,
  cycles: readonly number[],
): Promise<readonly z.infer<typeof shareRow>[]> => {
  const parameters = new Parameters();
  const among = cycles.map((cycle) => parameters.add(cycle, "integer")).join(", ");
  const text =
    `SELECT ${columnsOf(shareRow)} FROM read.bond_pool_shares AS t ` +
    `WHERE t.cycle IN (${among}) AND t.baker = ${parameters.add(baker, "text")} ORDER BY t.member`;
  return cycles.length === 0 ? [] : rowsOf(session, shareRow, text, parameters.values);
};

/** A page of the cycles whose rest was planned for the pool, by number. */
export const bondCycles = (
  transact: Transact,
  baker: TzAddress,
  request: PageRequest,
): Promise<Answer<Page<BondCycle>>> =>
  answer(transact, { model: MODEL, tables: ["bond_pool_cycles", "bond_pool_shares"] }, async (session) => {
    const { rows, next } = await pageOf(
      session,
      {
        list: "bond cycles",
        shape: bondCycleRow,
        from: "read.bond_pool_cycles AS t",
        where: (parameters) => [`t.baker = ${parameters.add(baker, "text")}`, "t.planned_at IS NOT NULL"],
        order: [{ name: "cycle", column: "t.cycle", type: "integer" }],
      },
      request,
    );
    const shares = await sharesOf(
      session,
      baker,
      rows.map(({ cycle }) => cycle),
    );
    const withShares = rows.map((row) => ({
      ...row,
      shares: shares.filter(({ cycle }) => cycle === row.cycle),
    }));
    return { rows: withShares, next };
  });
