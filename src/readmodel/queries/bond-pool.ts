// The bond pool: its members, and how what each cycle left was split among them.
import { type z } from "zod";
import { type Answer } from "../../application/read-side/answer.js";
import {
  type BondCycle,
  bondCycleRow,
  type BondPool,
  memberRow,
  poolRow,
  shareRow,
} from "../../application/read-side/bond-pool.js";
import { type Page, type PageRequest } from "../../application/read-side/page.js";
import { type TzAddress } from "../../domain/identifiers.js";
import { type Session, type Transact } from "../database.js";
import { answer, columnsOf, Parameters, rowsOf } from "./answer.js";
import { pageOf } from "./page.js";

const MODEL = "bond_pool";

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
