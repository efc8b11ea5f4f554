// Delegators: what each was paid, what it is owed, and on which terms.
import { type Answer } from "../../application/read-side/answer.js";
import {
  type AddressPrefix,
  delegatorRow,
  type DelegatorRow,
  figures,
  ownTerms,
  termsRow,
  type TermsRow,
} from "../../application/read-side/delegators.js";
import { type Page, type PageRequest, TooWide } from "../../application/read-side/page.js";
import { type Address, type TzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { answer, columnsOf, Parameters, rowsOf } from "./answer.js";
import { pageOf } from "./page.js";

const SOURCE = {
  model: "delegators",
  tables: ["delegators", "delegator_terms", "delegator_balances"],
} as const;

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
