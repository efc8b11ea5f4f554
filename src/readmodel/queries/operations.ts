// Operations that a wallet of ours signed, and how each ended.
import { z } from "zod";
import {
  blockHash,
  level,
  operationHash,
  type OperationHash,
  type TzAddress,
  tzAddress,
} from "../../domain/identifiers.js";
import { purpose } from "../../domain/wallet/events.js";
import { type Transact } from "../database.js";
import { amount, type Answer, answer, columnsOf, position, rowsOf } from "./answer.js";
import { type Page, pageOf, type PageRequest } from "./page.js";

const SOURCE = { model: "operations", tables: ["operations"] } as const;
const errors = z.array(z.string()).nullable();

export const operationRow = z.object({
  hash: operationHash,
  wallet: tzAddress,
  purpose,
  batchId: z.string().nullable(),
  /** Stream that holds the batch's plan. */
  payment: z.string().nullable(),
  firstCounter: z.bigint(),
  lastCounter: z.bigint(),
  branch: blockHash,
  branchLevel: level,
  ttl: z.number().int(),
  status: z.enum(["signed", "included", "final", "dead"]),
  block: blockHash.nullable(),
  level: level.nullable(),
  fee: amount.nullable(),
  burn: amount.nullable(),
  refusedPermanent: errors,
  refusedTemporary: errors,
  refusedBranch: errors,
  death: z.enum(["expired", "superseded"]).nullable(),
  position,
  signedAt: z.date(),
  includedAt: z.date().nullable(),
  endedAt: z.date().nullable(),
});
export type OperationRow = z.infer<typeof operationRow>;

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
