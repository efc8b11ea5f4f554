// The baker's own settings as they stand: wallet, mode, policy, ceilings.
import { z } from "zod";
import { parseStreamName } from "../src/domain/identifiers.js";
import { ceilingsCodec } from "../src/domain/payment/ceilings.js";
import { allocationPolicyCodec } from "../src/domain/reward/policy-codec.js";
import {
  type Change,
  defineTable,
  instant,
  integer,
  json,
  nullable,
  oneOfFrom,
  patch,
  type ProjectedEvent,
  type Projection,
  text,
  upsert,
} from "../src/readmodel/projection.js";

/** One row a baker. `policy` null: the default policy. */
const settings = defineTable(
  "settings",
  {
    baker: text,
    chain_id: nullable(text),
    first_cycle: nullable(integer),
    payer: nullable(text),
    mode: oneOfFrom("simulation", "off", "on"),
    /** The first cycle that is paid by itself; null before the first switch to *on*. */
    on_since_cycle: nullable(integer),
    policy: nullable(json),
    /** What may be paid without asking; null: the default ceilings. */
    ceilings: nullable(json),
    changed_at: instant,
    /** Of the newest event of the baker's stream, whether it changed the settings or not. */
    revision: integer,
  },
  { key: ["baker"] },
);

const apply = ({ event, stream, revision, recordedAt }: ProjectedEvent): readonly Change[] => {
  const { category, elements } = parseStreamName(stream);
  if (category !== "baker") return [];
  const baker = elements[0] ?? "";
  const changed = { baker, changed_at: recordedAt, revision };
  switch (event.type) {
    case "BakerRegistered": {
      const { chainId, firstCycle } = event.data;
      return [upsert(settings, { ...changed, chain_id: chainId, first_cycle: firstCycle })];
    }
    case "FirstCycleSet":
      return [upsert(settings, { ...changed, first_cycle: event.data.firstCycle })];
    case "PayerSet":
      return [upsert(settings, { ...changed, payer: event.data.payer })];
    case "PolicyChanged":
      return [upsert(settings, { ...changed, policy: z.encode(allocationPolicyCodec, event.data.policy) })];
    case "CeilingsSet":
      return [upsert(settings, { ...changed, ceilings: z.encode(ceilingsCodec, event.data.ceilings) })];
    case "ModeChanged": {
      const { mode, fromCycle } = event.data;
      return [
        upsert(settings, { ...changed, mode, ...(mode === "on" ? { on_since_cycle: fromCycle } : {}) }),
      ];
    }
    default:
      return [patch(settings, { baker }, { revision })];
  }
};

export const settingsProjection: Projection = {
  name: "settings",
  version: 5,
  tables: [settings],
  apply,
};
