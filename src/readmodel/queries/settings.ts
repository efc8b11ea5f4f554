// A baker's own settings as they stand.
import { z } from "zod";
import { mode } from "../../domain/baker/events.js";
import { chainId, cycleNumber, type TzAddress, tzAddress } from "../../domain/identifiers.js";
import { ceilingsCodec } from "../../domain/payment/ceilings.js";
import { allocationPolicyCodec } from "../../domain/reward/policy-codec.js";
import { type Transact } from "../database.js";
import { type Answer, answer, columnsOf, rowsOf } from "./answer.js";

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

/** Undefined: the baker is not registered. */
export const settings = (transact: Transact, baker: TzAddress): Promise<Answer<Settings | undefined>> =>
  answer(transact, { model: "settings", tables: ["settings"] }, async (session) => {
    const text = `SELECT ${columnsOf(settingsRow)} FROM read.settings AS t WHERE t.baker = $1`;
    return (await rowsOf(session, settingsRow, text, [baker]))[0];
  });
