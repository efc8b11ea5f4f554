// Delegators: what each was paid, what it is owed, and on which terms.
import { z } from "zod";
import { address, type Address, cycleNumber, tzAddress, type TzAddress } from "../../domain/identifiers.js";
import { basisPoints } from "../../domain/money.js";
import { type Transact } from "../database.js";
import { amount, type Answer, answer, columnsOf, Parameters, rowsOf } from "./answer.js";
import { type Page, pageOf, type PageRequest, TooWide } from "./page.js";

const SOURCE = {
  model: "delegators",
  tables: ["delegators", "delegator_terms", "delegator_balances"],
} as const;

/** What addresses begin with that are looked for. */
export const addressPrefix = z
  .string()
  .regex(/^[1-9A-HJ-NP-Za-km-z]{1,36}$/, "not the beginning of an address")
  .brand<"AddressPrefix">();
export type AddressPrefix = z.infer<typeof addressPrefix>;

const figures = z.object({
  baker: tzAddress,
  delegator: address,
  firstCycle: cycleNumber.nullable(),
  lastCycle: cycleNumber.nullable(),
  paid: amount,
  payments: z.bigint(),
  owed: amount,
  held: amount,
  lastPaidCycle: cycleNumber.nullable(),
  lastPaidAt: z.date().nullable(),
});
/** Its own terms; null follows the policy. */
const ownTerms = z.object({
  feeBps: basisPoints.nullable(),
  recipient: address.nullable(),
  status: z.enum(["pay", "suspend", "ignore"]).nullable(),
  maximumBalance: amount.nullable(),
});
export const delegatorRow = figures.extend({
  /** What the ledger carries, apart from what a payout under way has taken. */
  carried: amount,
  ...ownTerms.shape,
});
export type DelegatorRow = z.infer<typeof delegatorRow>;

const COLUMNS = `${columnsOf(figures)}, coalesce(b.balance, 0) AS carried, ${columnsOf(ownTerms, "o")}`;
/** Row by row: joined as a whole, each page would read all of them. */
const ofEach = (table: string, alias: string): string =>
  `LEFT JOIN LATERAL (SELECT * FROM read.${table} AS x WHERE x.baker = t.baker AND x.delegator = t.delegator LIMIT 1) ` +
  `AS ${alias} ON true`;
const FROM = `read.delegators AS t ${ofEach("delegator_terms", "o")} ${ofEach("delegator_balances", "b")}`;

const byDelegator = { name: "delegator", column: "t.delegator", type: "text" } as const;
const orders = {
  delegator: [byDelegator],
  paid: [{ name: "paid", column: "t.paid", type: "bigint" }, byDelegator],
  owed: [{ name: "owed", column: "t.owed", type: "bigint" }, byDelegator],
} as const;

/**
 * A page of a baker's delegators: all by address, by what they were paid or are owed, or those whose address begins so,
 * by address. Throws `BadCursor`, `TooWide`, `NotProjected`.
 */
export const delegators = (
  transact: Transact,
  baker: TzAddress,
  request: PageRequest & {
    readonly sort: keyof typeof orders;
    readonly search?: AddressPrefix | undefined;
  },
): Promise<Answer<Page<DelegatorRow>>> => {
  const { sort, search } = request;
  return answer(transact, SOURCE, (session) => {
    if (search !== undefined && sort !== "delegator")
      throw new TooWide("those whose address begins so are listed by address");
    return pageOf(
      session,
      {
        list: `delegators ${search ?? ""} by ${sort}`,
        shape: delegatorRow,
        columns: COLUMNS,
        from: FROM,
        where: (parameters) => [
          `t.baker = ${parameters.add(baker, "text")}`,
          ...(search === undefined ? [] : beginsWith(parameters, search)),
        ],
        order: orders[sort],
      },
      request,
    );
  });
};

/** No symbol of an address comes after `z`. */
const beginsWith = (parameters: Parameters, prefix: string): readonly string[] => [
  `t.delegator >= ${parameters.add(prefix, "text")}`,
  `t.delegator < ${parameters.add(`${prefix}{`, "text")}`,
];

/** One delegator; undefined: no allocation names it, and it was paid nothing. */
export const delegator = (
  transact: Transact,
  baker: TzAddress,
  who: Address,
): Promise<Answer<DelegatorRow | undefined>> =>
  answer(transact, SOURCE, async (session) => {
    const parameters = new Parameters();
    const text =
      `SELECT ${COLUMNS} FROM ${FROM} ` +
      `WHERE t.baker = ${parameters.add(baker, "text")} AND t.delegator = ${parameters.add(who, "text")}`;
    return (await rowsOf(session, delegatorRow, text, parameters.values))[0];
  });

export const termsRow = ownTerms.extend({ delegator: address });
export type TermsRow = z.infer<typeof termsRow>;

/** A page of the terms that delegators have of their own, by address; those of strangers too. */
export const terms = (
  transact: Transact,
  baker: TzAddress,
  request: PageRequest,
): Promise<Answer<Page<TermsRow>>> =>
  answer(transact, { model: SOURCE.model, tables: ["delegator_terms"] }, (session) =>
    pageOf(
      session,
      {
        list: "terms",
        shape: termsRow,
        from: "read.delegator_terms AS t",
        where: (parameters) => [`t.baker = ${parameters.add(baker, "text")}`],
        order: [byDelegator],
      },
      request,
    ),
  );
