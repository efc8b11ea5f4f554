// Operations that a wallet of ours signed, and how each ended.
import { type Answer } from "../../application/read-side/answer.js";
import { operationRow, type OperationRow } from "../../application/read-side/operations.js";
import { type Page, type PageRequest } from "../../application/read-side/page.js";
import { type OperationHash, type TzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { answer, columnsOf, rowsOf } from "./answer.js";
import { pageOf } from "./page.js";

const SOURCE = { model: "operations", tables: ["operations"] } as const;

/** A page of what a wallet signed, or what was signed for one payment stream, in the order of signing. */
export const operations = (
  transact: Transact,
  of: { readonly wallet: TzAddress } | { readonly payment: string },
  request: PageRequest,
): Promise<Answer<Page<OperationRow>>> => {
  const [column, value] = "wallet" in of ? ["t.wallet", of.wallet] : ["t.payment", of.payment];
  return answer(transact, SOURCE, (session) =>
    pageOf(
      session,
      {
        list: `operations of ${value}`,
        shape: operationRow,
        from: "read.operations AS t",
        where: (parameters) => [`${column} = ${parameters.add(value, "text")}`],
        order: [{ name: "position", column: "t.position", type: "bigint" }],
      },
      request,
    ),
  );
};

/** One operation; undefined: no wallet of ours signed it. */
export const operation = (
  transact: Transact,
  hash: OperationHash,
): Promise<Answer<OperationRow | undefined>> =>
  answer(transact, SOURCE, async (session) => {
    const text = `SELECT ${columnsOf(operationRow)} FROM read.operations AS t WHERE t.hash = $1`;
    return (await rowsOf(session, operationRow, text, [hash]))[0];
  });
