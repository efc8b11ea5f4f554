// A baker's own settings as they stand.
import { z } from "zod";
import { mode } from "../../domain/baker/events.js";
import { chainId, cycleNumber, tzAddress } from "../../domain/identifiers.js";
import { ceilingsCodec } from "../../domain/payment/ceilings.js";
import { allocationPolicyCodec } from "../../domain/reward/policy-codec.js";

/** Policy and ceilings null: the default ones. */
export const settingsRow = z.object({
  baker: tzAddress,
  chainId: chainId.nullable(),
  firstCycle: cycleNumber.nullable(),
  payer: tzAddress.nullable(),
  mode,
  onSinceCycle: cycleNumber.nullable(),
  policy: allocationPolicyCodec.nullable(),
  ceilings: ceilingsCodec.nullable(),
  changedAt: z.date(),
});
export type Settings = z.infer<typeof settingsRow>;
