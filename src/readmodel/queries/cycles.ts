// Cycles: where each stands, what it earned and what became of it.
import { z } from "zod";
import { type Answer } from "../../application/read-side/answer.js";
import { cycleRow, type CycleRow } from "../../application/read-side/cycles.js";
import { type Page, type PageRequest } from "../../application/read-side/page.js";
import { type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { answer, answerRow, columnsOf, type Stored } from "./answer.js";
import { pageOf } from "./page.js";

const SOURCE = { model: "cycles", tables: ["cycles"] } as const;

const revision = z.int().nullable();
const shape = cycleRow.extend({
  lifeRevision: revision,
  rewardRevision: revision,
  paymentRevision: revision,
  requestRevision: revision,
});
/** Their version is made of the revisions of all streams that have changed the row: `c4.r17.p9.b3`, without what has not. */
export const storedCycle: Stored<typeof shape, CycleRow> = {
  shape,
  shown: ({ lifeRevision: c, rewardRevision: r, paymentRevision: p, requestRevision: b, ...value }) => {
    const shown = Object.entries({ c, r, p, b }).filter(([, of]) => of !== null);
    return { value, version: shown.map(([stream, of]) => `${stream}${of}`).join(".") };
  },
};

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
  answerRow(transact, SOURCE, storedCycle, {
    text: `SELECT ${columnsOf(shape)} FROM read.cycles AS t WHERE t.baker = $1 AND t.cycle = $2`,
    values: [baker, number],
  });
