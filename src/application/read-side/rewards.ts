// Rewards: the numbers behind each amount.
import { z } from "zod";
import { address, cycleNumber, digest, tzAddress } from "../../domain/identifiers.js";
import { basisPoints } from "../../domain/money.js";
import { amount } from "./answer.js";

/** As ALLOCATION section 6 lists them. Amounts in mutez. */
export const rewardRow = z.object({
  baker: tzAddress,
  cycle: cycleNumber,
  delegator: address,
  recipient: address,
  balance: amount,
  gross: amount,
  feeBps: basisPoints,
  fee: amount,
  net: amount,
  status: z.enum(["pay", "carry", "keep", "skip"]),
  reason: z.string().nullable(),
  engine: z.string(),
  digest,
});
export type RewardRow = z.infer<typeof rewardRow>;
