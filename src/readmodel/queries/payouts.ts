// Payouts: the newest plan of each, and what came of it.
import { z } from "zod";
import { cycleNumber, digest, tzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { amount, type Answer, answer, columnsOf, position, rowsOf } from "./answer.js";
import { type Page, pageOf, type PageRequest } from "./page.js";

const SOURCE = { model: "payouts", tables: ["payouts"] } as const;

export const payoutState = z.enum(["planned", "rejected", "completed"]);

export const payoutRow = z.object({
  payout: z.string(),
  baker: tzAddress,
  cycle: cycleNumber.nullable(),
  kind: z.enum(["cycle", "bond", "batch"]),
  state: z.enum(["writing", ...payoutState.options]),
  plan: z.number().int(),
  digest,
  allocation: digest,
  obligations: z.number().int(),
  due: amount,
  taken: amount,
  carried: amount,
  kept: amount,
  exceeded: z.array(z.looseObject({ ceiling: z.string() })).nullable(),
  /** Whether nothing of it is paid before a person approves it. */
  awaitsApproval: z.boolean(),
  approvedBy: z.string().nullable(),
  rejectedBy: z.string().nullable(),
  rejectedReason: z.string().nullable(),
  paid: amount.nullable(),
  charged: amount.nullable(),
  leftCarried: amount.nullable(),
  held: amount.nullable(),
  networkFees: amount.nullable(),
  networkBurns: amount.nullable(),
  position,
  plannedAt: z.date(),
  completedAt: z.date().nullable(),
});
export type PayoutRow = z.infer<typeof payoutRow>;

const COLUMNS =
  columnsOf(payoutRow.omit({ awaitsApproval: true })) +
  `, coalesce(t.exceeded_digest = t.digest, false) AND t.approved_by IS NULL AND t.state = 'planned' AS "awaitsApproval"`;

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
  answer(transact, SOURCE, async (session) => {
    const text = `SELECT ${COLUMNS} FROM read.payouts AS t WHERE t.payout = $1 AND t.position IS NOT NULL`;
    return (await rowsOf(session, payoutRow, text, [name]))[0];
  });
