// The baker's terms as they stand, the delegators' own, the bond pool's, and why a wallet is paused.
import { z } from "zod";
import { parseStreamName } from "../src/domain/identifiers.js";
import { ceilingsCodec } from "../src/domain/payment/ceilings.js";
import { allocationPolicyCodec } from "../src/domain/reward/policy-codec.js";
import {
  bigint,
  boolean,
  type Change,
  defineTable,
  instant,
  integer,
  json,
  nullable,
  oneOf,
  oneOfFrom,
  type ProjectedEvent,
  type Projection,
  remove,
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
    /** The first cycle that the bond pool shares; null: it is off. */
    bond_pool_since_cycle: nullable(integer),
    changed_at: instant,
  },
  { key: ["baker"] },
);

/** One row a delegator with terms of its own; null follows the policy. */
const terms = defineTable(
  "delegator_terms",
  {
    baker: text,
    delegator: text,
    fee_bps: nullable(integer),
    recipient: nullable(text),
    status: nullable(oneOf("pay", "suspend", "ignore")),
    maximum_balance: nullable(bigint),
  },
  { key: ["baker", "delegator"] },
);

/** One row a member of the bond pool: what it put in, in mutez. */
const members = defineTable(
  "bond_pool_members",
  { baker: text, member: text, amount: bigint, charge_bps: integer, manager: boolean },
  { key: ["baker", "member"] },
);

/** One row a reason for which a wallet signs nothing now. */
const pauses = defineTable(
  "wallet_pauses",
  {
    wallet: text,
    reason: text,
    detail: text,
    actor: text,
    until_level: nullable(integer),
    since: instant,
  },
  { key: ["wallet", "reason"] },
);

const apply = ({ event, stream, recordedAt }: ProjectedEvent): readonly Change[] => {
  const owner = parseStreamName(stream).elements[0] ?? "";
  const changed = { baker: owner, changed_at: recordedAt };
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
    case "DelegatorTermsSet":
      return [
        upsert(settings, changed),
        ...event.data.rows.map((row) =>
          upsert(terms, {
            baker: owner,
            delegator: row.delegator,
            fee_bps: row.feeBps ?? null,
            recipient: row.recipient ?? null,
            status: row.status ?? null,
            maximum_balance: row.maximumBalance ?? null,
          }),
        ),
      ];
    case "DelegatorTermsRemoved":
      return [upsert(settings, changed), remove(terms, { baker: owner, delegator: event.data.delegator })];
    case "DelegatorTermsCleared":
      return [upsert(settings, changed), remove(terms, { baker: owner })];
    case "BondPoolMemberSet": {
      const { member, amount, chargeBps, manager } = event.data;
      return [
        upsert(settings, changed),
        upsert(members, { baker: owner, member, amount, charge_bps: chargeBps, manager }),
      ];
    }
    case "BondPoolMemberRemoved":
      return [upsert(settings, changed), remove(members, { baker: owner, member: event.data.member })];
    case "BondPoolSwitched":
      return [upsert(settings, { ...changed, bond_pool_since_cycle: event.data.fromCycle })];
    case "WalletPaused": {
      const { reason, detail, actor, untilLevel } = event.data;
      return [
        upsert(pauses, { wallet: owner, reason, detail, actor, until_level: untilLevel, since: recordedAt }),
      ];
    }
    case "WalletResumed":
      return [remove(pauses, { wallet: owner, reason: event.data.reason })];
    default:
      return [];
  }
};

export const settingsProjection: Projection = {
  name: "settings",
  version: 3,
  tables: [settings, terms, members, pauses],
  apply,
};
