// The story of one payment, as `audit payout` tells it.
import { z } from "zod";
import { address, cycleNumber, tzAddress } from "../../domain/identifiers.js";
import { type PayoutStory } from "../audit/payout.js";

const place = z.object({
  type: z.string(),
  id: z.string(),
  stream: z.string(),
  revision: z.int(),
  position: z.bigint(),
});

export const payoutStory = z.object({
  baker: tzAddress,
  cycle: cycleNumber,
  delegator: address,
  outcome: z.string().describe("Where it stands now, in one sentence"),
  steps: z
    .array(
      z.object({
        time: z.date(),
        text: z.string(),
        details: z.array(z.string()).readonly(),
        event: place.describe("What says so"),
      }),
    )
    .readonly(),
  unread: z
    .array(z.object({ stream: z.string(), revision: z.int(), why: z.string() }))
    .readonly()
    .describe("What of the log cannot be read, or does not hold together: the rest is told without it"),
}) satisfies z.ZodType<PayoutStory>;
