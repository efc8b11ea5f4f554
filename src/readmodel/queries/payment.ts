// Payments: what each delegator was to be paid, and how far the money has come.
import { z } from "zod";
import { type Answer } from "../../application/read-side/answer.js";
import { BadCursor, type Page, type PageRequest, TooWide } from "../../application/read-side/page.js";
import {
  type PaymentFilter,
  paymentRow,
  type PaymentRow,
  type PaymentSort,
} from "../../application/read-side/payment.js";
import { parseStreamName } from "../../domain/identifiers.js";
import { type Session, type Transact } from "../database.js";
import { answer, answerRow, columnsOf, Parameters, type Stored } from "./answer.js";
import {
  checkedLimit,
  type Key,
  keyOfRow,
  type OrderedBy,
  pageFrom,
  readCursor,
  rowsAfter,
  writeCursor,
} from "./page.js";

const SOURCE = { model: "payment", tables: ["payment"] } as const;

const shape = paymentRow.extend({ revision: z.int(), walletPosition: z.bigint().nullable() });
/**
 * Their version is the revision of the payout's stream that changed them last, and once a wallet has signed them the
 * position of what changed them last in a wallet's stream: `17.4021`.
 */
export const storedPayment: Stored<typeof shape, PaymentRow> = {
  shape,
  shown: ({ revision, walletPosition, ...value }) => ({
    value,
    version: walletPosition === null ? `${revision}` : `${revision}.${walletPosition}`,
  }),
};

type Request = PageRequest & PaymentFilter & { readonly sort: PaymentSort };

const dueOrder: readonly OrderedBy[] = [
  { name: "due", column: "t.due", type: "bigint" },
  { name: "obligation", column: "t.obligation", type: "text" },
];

const conditionsOf = (parameters: Parameters, filter: PaymentFilter): string[] => {
  const { cycles, delegator, kind, result, operation } = filter;
  const conditions: string[] = [];
  if (cycles !== undefined && cycles.from === cycles.to)
    conditions.push(`t.cycle = ${parameters.add(cycles.from, "integer")}`);
  else if (cycles !== undefined)
    conditions.push(
      `t.cycle BETWEEN ${parameters.add(cycles.from, "integer")} AND ${parameters.add(cycles.to, "integer")}`,
    );
  if (delegator !== undefined) conditions.push(`t.delegator = ${parameters.add(delegator, "text")}`);
  if (kind !== undefined) conditions.push(`t.kind = ${parameters.add(kind, "text")}`);
  if (result !== undefined) conditions.push(`t.result = ${parameters.add(result, "text")}`);
  if (operation !== undefined) conditions.push(`t.operation_hash = ${parameters.add(operation, "text")}`);
  return conditions;
};

const byAmount = async (session: Session, request: Request): Promise<Page<PaymentRow>> => {
  const { cycles, delegator, operation, direction } = request;
  const limit = checkedLimit(request);
  const isOneCycle = cycles !== undefined && cycles.from === cycles.to;
  if (!isOneCycle && delegator === undefined && operation === undefined)
    throw new TooWide("by amount alone are listed the payments of one cycle, delegator or operation");
  const listed = {
    shape: paymentRow,
    from: "read.payment AS t",
    where: (parameters: Parameters) => conditionsOf(parameters, request),
    order: dueOrder,
  };
  const after = readCursor("payment by due", request);
  const rows = await rowsAfter(session, listed, { direction, after, limit: limit + 1 });
  return pageFrom(rows, limit, (row) => writeCursor("payment by due", request, keyOfRow(dueOrder, row)));
};

/** Rows that stand together in the list. */
interface Part {
  readonly condition: (parameters: Parameters) => string;
  readonly order: readonly OrderedBy[];
  readonly nowhere?: string;
  readonly after?: Key | undefined;
}

/** A page goes on within so many cycles, as a rule: PostgreSQL need not plan for the partitions of all others. */
const NEAR = 100;
const LAST_CYCLE = 2 ** 31 - 1;

const ofCycles = ({ direction, operation }: Request, cursor: Key | undefined): readonly Part[] => {
  // One operation's payments are few, but PostgreSQL takes them to be in every partition: in an order that an index has
  // it would look for them among all.
  const column = operation === undefined ? "t.cycle" : "(t.cycle + 0)";
  const order = [{ name: "cycle", column, type: "integer" } as const, ...dueOrder];
  if (cursor === undefined) return [{ condition: () => "t.cycle IS NOT NULL", order }];
  const from = z.int32().min(0).safeParse(cursor[0]);
  if (!from.success) throw new BadCursor();
  const isUp = direction === "ascending";
  const to = isUp ? Math.min(from.data + NEAR, LAST_CYCLE) : Math.max(from.data - NEAR, 0);
  const near = (parameters: Parameters): string => {
    const [low, high] = isUp ? [from.data, to] : [to, from.data];
    return `t.cycle BETWEEN ${parameters.add(low, "integer")} AND ${parameters.add(high, "integer")}`;
  };
  const far = (parameters: Parameters): string =>
    `t.cycle ${isUp ? ">" : "<"} ${parameters.add(to, "integer")}`;
  return [
    { condition: near, order, after: cursor },
    { condition: far, order },
  ];
};

/** Money of no cycle is read apart: no index finds what is behind null. */
const ofNoCycle = ({ cycles, operation }: Request, after: Key | undefined): readonly Part[] => {
  if (cycles !== undefined) return [];
  const part = { condition: () => "t.cycle IS NULL", order: dueOrder, after };
  return [operation === undefined ? { ...part, nowhere: "t.cycle" } : part];
};

/** Money of no cycle comes last, and first in the other direction. */
const partsOf = (request: Request, cursor: Key | undefined): readonly Part[] => {
  if (cursor === undefined) {
    const parts = [...ofCycles(request, undefined), ...ofNoCycle(request, undefined)];
    return request.direction === "ascending" ? parts : parts.reverse();
  }
  const isUp = request.direction === "ascending";
  if (cursor[0] !== null)
    return [...ofCycles(request, cursor), ...(isUp ? ofNoCycle(request, undefined) : [])];
  return [...ofNoCycle(request, cursor.slice(1)), ...(isUp ? [] : ofCycles(request, undefined))];
};

const byCycle = async (session: Session, request: Request): Promise<Page<PaymentRow>> => {
  const { direction } = request;
  const limit = checkedLimit(request);
  const list = "payment by cycle";
  const rows: PaymentRow[] = [];
  for (const { condition, after, ...part } of partsOf(request, readCursor(list, request))) {
    const where = (parameters: Parameters) => [...conditionsOf(parameters, request), condition(parameters)];
    const listed = { ...part, shape: paymentRow, from: "read.payment AS t", where };
    const wanted = limit + 1 - rows.length;
    if (wanted > 0) rows.push(...(await rowsAfter(session, listed, { direction, after, limit: wanted })));
  }
  return pageFrom(rows, limit, (row) => {
    const rest = keyOfRow(dueOrder, row);
    return writeCursor(list, request, [row.cycle, ...rest]);
  });
};

/** A page of payments. Throws `BadCursor`, `TooWide`, `NotProjected`. */
export const payments = (transact: Transact, request: Request): Promise<Answer<Page<PaymentRow>>> =>
  answer(transact, SOURCE, (session) =>
    request.sort === "due" ? byAmount(session, request) : byCycle(session, request),
  );

/** The cycle that is part of an obligation's name; null: of none. */
const cycleIn = (obligation: string): number | null => {
  const { elements } = parseStreamName(`payment-${obligation.split("/")[0] ?? ""}`);
  const cycle = z.int32().safeParse(Number(elements.at(-1)));
  return elements[1] === "batch" || !cycle.success ? null : cycle.data;
};

/** One payment by its name `<payout>/<id>`; undefined: there is none. */
export const payment = (transact: Transact, obligation: string): Promise<Answer<PaymentRow | undefined>> => {
  const parameters = new Parameters();
  const cycle = cycleIn(obligation);
  const named = `t.obligation = ${parameters.add(obligation, "text")}`;
  const inCycle = cycle === null ? "t.cycle IS NULL" : `t.cycle = ${parameters.add(cycle, "integer")}`;
  return answerRow(transact, SOURCE, storedPayment, {
    text: `SELECT ${columnsOf(shape)} FROM read.payment AS t WHERE ${named} AND ${inCycle}`,
    values: parameters.values,
  });
};
