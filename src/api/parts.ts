// Parts that many routes have: numbers and names in addresses, pages, positions.
import { z } from "zod";
import {
  address,
  type Address,
  cycleNumber,
  operationHash,
  type StreamName,
  type TzAddress,
  tzAddress,
} from "../domain/identifiers.js";
import * as Payment from "../domain/payment/payment.js";
import { addressFrom, payoutFrom, positionFrom, timeFrom } from "../application/arguments.js";
import { type Moment } from "../application/read-side/past.js";
import { type Position } from "../application/ports/event-store.js";
import { type Page, type PageRequest } from "../application/read-side/page.js";
import { Problem } from "./problem.js";

/** A whole number as it stands in an address: no sign, no blanks, no leading zeros. */
export const wholeText = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,8})$/, "not a whole number")
  .transform(Number);

/** A name as it may stand in the log. */
export const nameText = z.string().max(200);

export const cycleInPath = z.object({ cycle: wholeText.pipe(cycleNumber) });
export const delegatorInPath = z.object({ delegator: address });
export const operationInPath = z.object({ hash: operationHash });
export const walletInPath = z.object({ wallet: tzAddress });
export const payoutInPath = z.object({ payout: nameText });
export const obligationInPath = payoutInPath.extend({ obligation: nameText });
export const nothing = z.object({});

/** Why a person does something. */
export const reasonText = z.string().trim().min(1).max(500);

/** A payout by its name in lists, or as commands name it: 750, bond_750, batch_<id>. Throws `not-found`. */
export const payoutOf = (baker: TzAddress, name: string): StreamName => {
  const stream = payoutFrom(baker, name) ?? Payment.streamOfBatch(`${name}/`);
  if (stream === undefined || !stream.startsWith(`payment-${baker}_`))
    throw new Problem("not-found", "there is no such payout");
  return stream;
};

/** Who an obligation is owed to: `<kind>:<address>`, as lists name it. Throws `not-found`. */
export const receiverOf = (obligation: string): Address => {
  const receiver = addressFrom(obligation.slice(obligation.indexOf(":") + 1));
  if (receiver === undefined) throw new Problem("not-found", "there is no such payment");
  return receiver;
};

const MOST_ROWS = 200;
const USUAL_ROWS = 50;

/** Position of an event, as the log numbers it. */
const positionText = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,18})$/, "not a position")
  .transform((text) => BigInt(text) as Position);
/** -1: before the first. */
export const placeText = z
  .string()
  .regex(/^(-1|0|[1-9][0-9]{0,18})$/, "not a position")
  .transform((text) => BigInt(text) as Position);
export const fresh = z.object({
  minPosition: positionText.optional().meta({
    description: "The answer is to show the log up to this event; waited for, then refused with 503",
  }),
});

const asOfText = z
  .string()
  .max(40)
  .transform((text, context): Moment => {
    const moment = positionFrom(text) ?? timeFrom(text);
    if (moment !== undefined) return moment;
    context.addIssue("neither a position nor a time with its offset (a + is written as %2B)");
    return z.NEVER;
  })
  .meta({
    description:
      "A position of the log, or a time (ISO 8601 with offset) for the last one recorded at or before it: " +
      "the answer is what was known then, told by the log",
  });
/** As things stand, or stood at a moment. */
export const freshOrAsOf = fresh
  .extend({ asOf: asOfText.optional() })
  .refine(({ asOf, minPosition }) => asOf === undefined || minPosition === undefined, {
    path: ["asOf"],
    message: "what was known at a moment is not waited for: asOf or minPosition, not both",
  });

/** Which page of a list, beside what the list is filtered and sorted by. */
export const paged = fresh.extend({
  limit: wholeText.pipe(z.int().min(1).max(MOST_ROWS)).default(USUAL_ROWS),
  cursor: z.string().max(2_000).optional().describe("`next` of the page before"),
  order: z.enum(["ascending", "descending"]).default("descending"),
});

export const requestOf = ({ limit, order, cursor }: z.output<typeof paged>): PageRequest => ({
  limit,
  direction: order,
  ...(cursor === undefined ? {} : { after: cursor }),
});

/** A page of rows of one shape. */
export const pageOf = <S extends z.ZodType>(row: S) =>
  z.object({
    rows: z.array(row).readonly(),
    next: z.string().nullable().describe("Where the next page begins; null: there is none"),
  }) satisfies z.ZodType<Page<z.output<S>>>;
