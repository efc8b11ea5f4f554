// Payouts: the newest plan of each, and what came of it.
import { z } from "zod";
import { type Answer } from "../../application/read-side/answer.js";
import { type Page, type PageRequest } from "../../application/read-side/page.js";
import { payoutRow, type PayoutRow, type payoutState } from "../../application/read-side/payouts.js";
import { type Transact } from "../database.js";
import { answer, answerRow, columnsOf, type Stored } from "./answer.js";
import { pageOf } from "./page.js";

const SOURCE = { model: "payouts", tables: ["payouts"] } as const;

const COLUMNS =
  columnsOf(payoutRow.omit({ awaitsApproval: true })) +
  `, coalesce(t.exceeded_digest = t.digest, false) AND t.approved_by IS NULL AND t.state = 'planned' AS "awaitsApproval"`;

const shape = payoutRow.extend({ revision: z.int() });
/** Their version is the revision of the payout's stream. */
const storedPayout: Stored<typeof shape, PayoutRow> = {
  shape,
  shown: ({ revision, ...value }) => ({ value, version: `${revision}` }),
};

/** A page of payouts in the order in which they were planned; all, or those in one state. */
export const payouts = (
  transact: Transact,
  { state, ...request }: PageRequest & { readonly state?: z.infer<typeof payoutState> | undefined },
): Promise<Answer<Page<PayoutRow>>> =>
  answer(transact, SOURCE, (session) =>
    pageOf(
      session,
      {
        list: `payouts ${state ?? ""}`,
        shape: payoutRow,
        columns: COLUMNS,
        from: "read.payouts AS t",
        where: (parameters) => [
          "t.position IS NOT NULL",
          ...(state === undefined ? [] : [`t.state = ${parameters.add(state, "text")}`]),
        ],
        order: [{ name: "position", column: "t.position", type: "bigint" }],
      },
      request,
    ),
  );

/** One payout by its name, `<pkh>_<cycle>`, `<pkh>_bond_<cycle>` or `<pkh>_batch_<id>`; undefined: it has no plan. */
export const payout = (transact: Transact, name: string): Promise<Answer<PayoutRow | undefined>> =>
  answerRow(transact, SOURCE, storedPayout, {
    text: `SELECT ${COLUMNS}, t.revision FROM read.payouts AS t WHERE t.payout = $1 AND t.position IS NOT NULL`,
    values: [name],
  });
