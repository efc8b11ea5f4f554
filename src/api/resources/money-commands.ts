// What a person adds to the ledger or sends through the wallet, and says of what it sent.
import { createHash } from "node:crypto";
import { z } from "zod";
import { ADJUSTMENT_REASONS, idFrom, referenceFrom } from "../../application/arguments.js";
import { type Claim, classifyOperation, exactClaims } from "../../application/commands/classify.js";
import { adjustBalance } from "../../application/commands/ledger.js";
import { delegateWallet, sendTransfers } from "../../application/commands/money.js";
import { settleDelegator } from "../../application/commands/settle.js";
import { amount } from "../../application/read-side/answer.js";
import { readTransferFile } from "../../application/transfer-file.js";
import { address, digest, tzAddress } from "../../domain/identifiers.js";
import { mutezCodec, signedMutezCodec, sumOf } from "../../domain/money.js";
import { command } from "../command.js";
import { delegatorInPath, nothing, operationInPath, payoutOf, reasonText } from "../parts.js";
import { Problem } from "../problem.js";
import { question, type Route } from "../route.js";

/** Some twenty thousand lines. */
const FILE_BYTES = 2_097_152;
const payment = z.string().describe("The payout's name");
const csv = z.string().min(1).describe("Columns address,tez or address,mutez; one receiver a line");

/** Throws the problem that names every line that is not in order. */
const readFile = (text: string) => {
  const file = readTransferFile(Buffer.from(text));
  if (!("problems" in file)) return file;
  throw new Problem("invalid", "nothing is sent, for the file is not in order: see faults", {
    faults: file.problems.map((detail) => ({ pointer: "/body/csv", detail })),
  });
};

export const moneyCommands: readonly Route[] = [
  command({
    id: "adjustLedger",
    path: "/ledger/adjustments",
    tag: "ledger",
    summary:
      "Adds to what a delegator is owed, or takes off, once a reference; the next plan takes it into account",
    access: "admin",
    params: nothing,
    body: z.strictObject({
      delegator: address,
      amount: signedMutezCodec.describe("In mutez; below 0: is taken off"),
      reason: z.enum(ADJUSTMENT_REASONS),
      reference: z
        .string()
        .refine((text) => referenceFrom(text) === text, "is empty, too long or begins or ends with a blank")
        .describe("What it is about; of its own for each adjustment"),
      allowNegative: z
        .boolean()
        .default(false)
        .describe("Take off more than there is: later payouts make up for it"),
    }),
    result: { balance: amount },
    act: async ({ acts, body }) => ({ balance: await adjustBalance(acts, body) }),
  }),
  question({
    id: "previewBatch",
    path: "/batches/preview",
    tag: "wallet",
    summary: "Reads a file of transfers, and answers what it would send and the digest that confirms it",
    access: "operator",
    params: nothing,
    body: z.strictObject({ csv }),
    bodyLimit: FILE_BYTES,
    result: z.object({
      digest,
      receivers: z.int(),
      total: amount,
      rows: z.array(z.object({ to: address, amount })).readonly(),
    }),
    answer: (_sources, { body }) => {
      const { rows, digest: of } = readFile(body.csv);
      const total = sumOf(rows, (row) => row.amount);
      return Promise.resolve({ value: { digest: of, receivers: rows.length, total, rows } });
    },
  }),
  command({
    id: "sendBatch",
    path: "/batches",
    tag: "wallet",
    summary: "Sends the amounts of a file, once for a file; its digest is that of the preview",
    access: "admin",
    params: nothing,
    body: z.strictObject({ csv, digest }),
    bodyLimit: FILE_BYTES,
    result: { payment },
    act: async ({ acts, body }) => {
      const { rows, digest: of } = readFile(body.csv);
      if (of !== body.digest)
        throw new Problem("refused", `the file's digest is ${of}: it is not what was confirmed`, {
          code: "other-file",
        });
      return sendTransfers(acts, of, rows);
    },
  }),
  command({
    id: "sendTransfer",
    path: "/wallet/transfer",
    tag: "wallet",
    summary: "Sends an amount through the wallet that pays, once for an id",
    access: "admin",
    params: nothing,
    body: z.strictObject({
      to: address,
      amount: mutezCodec.refine((sent) => sent > 0n, "the amount is 0"),
      id: z
        .string()
        .refine((text) => idFrom(text) !== undefined, "an id has up to 64 letters, digits and dots")
        .describe("What it is for, as rent.2026.11"),
    }),
    result: { payment },
    act: ({ acts, body: { to, amount: sent, id } }) => sendTransfers(acts, id, [{ to, amount: sent }]),
  }),
  command({
    id: "delegateWallet",
    path: "/wallet/delegate",
    tag: "wallet",
    summary: "Delegates the wallet that pays, or withdraws its delegation",
    access: "admin",
    params: nothing,
    body: z.strictObject({ to: tzAddress.nullable().describe("Null: to nobody") }),
    result: {},
    act: async ({ acts, body, name }) => {
      await delegateWallet(acts, createHash("sha256").update(name).digest("hex"), body.to);
      return {};
    },
  }),
  command({
    id: "settleDelegator",
    path: "/delegators/{delegator}/settle",
    tag: "delegators",
    summary: "Pays now what the ledger owes to a delegator who has left",
    access: "admin",
    params: delegatorInPath,
    body: z.strictObject({
      to: address.optional().describe("Default: where its terms send its share"),
      reason: reasonText,
    }),
    result: { payment, amount, recipient: address },
    act: ({ acts, params, body: { to, reason } }) => settleDelegator(acts, params.delegator, { to, reason }),
  }),
  command({
    id: "classifyOperation",
    path: "/operations/{hash}/classify",
    tag: "wallet",
    summary: "Says what an operation of the wallet was that TAPS did not sign: until then nothing is signed",
    access: "admin",
    params: operationInPath,
    body: z.discriminatedUnion("was", [
      z.strictObject({ was: z.literal("unrelated"), reason: reasonText }),
      z
        .strictObject({ was: z.literal("exact"), reason: reasonText })
        .describe("Each transfer paid the one open payment of its receiver and amount"),
      z.strictObject({
        was: z.literal("pays"),
        reason: reasonText,
        pays: z
          .array(z.strictObject({ content: z.int().min(0), payout: z.string(), obligation: z.string() }))
          .min(1)
          .max(1_000),
      }),
    ]),
    result: {
      pays: z
        .array(z.object({ content: z.int(), payment, obligation: z.string(), due: amount, sent: amount }))
        .readonly(),
    },
    act: async ({ acts, params: { hash }, body }) => {
      const said = (): readonly Claim[] =>
        body.was === "pays"
          ? body.pays.map(({ payout, ...claim }) => ({ ...claim, payment: payoutOf(acts.baker, payout) }))
          : [];
      const pays = body.was === "exact" ? await exactClaims(acts, hash) : said();
      const paid = await classifyOperation(acts, hash, pays, body.reason);
      return { pays: paid.map(({ isLedgers: _, ...claim }) => claim) };
    },
  }),
];
