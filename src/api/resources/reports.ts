import { z } from "zod";
import { cycleNumber } from "../../domain/identifiers.js";
import { type PageRequest } from "../../application/read-side/page.js";
import { type PaymentFilter, type PaymentRow } from "../../application/read-side/payment.js";
import { type ReadSide } from "../../application/read-side/read-side.js";
import { delegatorInPath, wholeText } from "../parts.js";
import { type Route, table, type TableRow } from "../route.js";

const COLUMNS = [
  ...["cycle", "kind", "delegator", "recipient", "due_mutez", "sent_mutez", "transaction_fee_mutez"],
  ...["allocation_fee_mutez", "result", "reason", "operation", "level", "settled_at", "payout", "obligation"],
] as const;

const rowOf = (row: PaymentRow): TableRow => [
  ...[row.cycle, row.kind, row.delegator, row.recipient, row.due, row.sent, row.transactionFee],
  ...[row.allocationFee, row.result, row.reason, row.operationHash, row.level, row.settledAt],
  ...[row.payout, row.obligation],
];

/** Read at once: large enough that the database is asked seldom, small enough that nobody waits for it. */
const ROWS = 500;

/** Page after page, as fast as they are taken. */
async function* paymentsOf(
  read: ReadSide,
  filter: PaymentFilter,
  isWanted: (row: PaymentRow) => boolean = () => true,
): AsyncGenerator<TableRow, void> {
  for (let after: string | null | undefined; after !== null;) {
    const request: PageRequest = { limit: ROWS, direction: "ascending", after };
    const { value } = await read.payments({ ...request, ...filter, sort: "cycle" });
    for (const row of value.rows) if (isWanted(row)) yield rowOf(row);
    after = value.next;
  }
}

const cycle = wholeText.pipe(cycleNumber);
const year = wholeText.pipe(z.int().min(2_018).max(9_999));

export const reportRoutes: readonly Route[] = [
  table({
    id: "reportPayments",
    path: "/reports/payments.csv",
    tag: "reports",
    summary: "All payments of a range of cycles, both ends included",
    access: "viewer",
    params: z.object({}),
    query: z.object({ fromCycle: cycle, toCycle: cycle }),
    columns: COLUMNS,
    problems: ["not-projected"],
    rows: ({ read }, { query: { fromCycle, toCycle } }) =>
      paymentsOf(read, { cycles: { from: fromCycle, to: toCycle } }),
  }),
  table({
    id: "reportStatement",
    path: "/reports/statement/{delegator}.csv",
    tag: "reports",
    summary: "What one delegator was paid in a year, by the time at which each payment was final (UTC)",
    access: "viewer",
    params: delegatorInPath,
    query: z.object({ year }),
    columns: COLUMNS,
    problems: ["not-projected"],
    rows: ({ read }, { params: { delegator }, query }) =>
      paymentsOf(
        read,
        { delegator, result: "paid" },
        ({ settledAt }) => settledAt?.getUTCFullYear() === query.year,
      ),
  }),
];
