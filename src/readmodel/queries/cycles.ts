// Cycles: where each stands, what it earned and what became of it.
import { type Answer } from "../../application/read-side/answer.js";
import { cycleRow, type CycleRow } from "../../application/read-side/cycles.js";
import { type Page, type PageRequest } from "../../application/read-side/page.js";
import { type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { answer, columnsOf, Parameters, rowsOf } from "./answer.js";
import { pageOf } from "./page.js";

const SOURCE = { model: "cycles", tables: ["cycles"] } as const;

/** A page of a baker's cycles, by number. */
export const cycles = (
  transact: Transact,
  baker: TzAddress,
  request: PageRequest,
): Promise<Answer<Page<CycleRow>>> =>
  answer(transact, SOURCE, (session) =>
    pageOf(
      session,
      {
        list: "cycles",
        shape: cycleRow,
        from: "read.cycles AS t",
        where: (parameters) => [`t.baker = ${parameters.add(baker, "text")}`],
        order: [{ name: "cycle", column: "t.cycle", type: "integer" }],
      },
      request,
    ),
  );

/** One cycle; undefined: nothing is known of it. */
export const cycle = (
  transact: Transact,
  baker: TzAddress,
  number: Cycle,
): Promise<Answer<CycleRow | undefined>> =>
  answer(transact, SOURCE, async (session) => {
    const parameters = new Parameters();
    const text =
      `SELECT ${columnsOf(cycleRow)} FROM read.cycles AS t ` +
      `WHERE t.baker = ${parameters.add(baker, "text")} AND t.cycle = ${parameters.add(number, "integer")}`;
    return (await rowsOf(session, cycleRow, text, parameters.values))[0];
  });
