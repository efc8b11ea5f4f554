// Who did what: each act of a person, and of what TAPS did by itself what a person would want to know of.
import { z } from "zod";
import { type Json } from "../src/domain/digest.js";
import { type DomainEvent } from "../src/domain/events.js";
import { parseStreamName } from "../src/domain/identifiers.js";
import { excessCodec } from "../src/domain/payment/ceilings.js";
import {
  bigint,
  type Change,
  defineTable,
  instant,
  integer,
  json,
  type ProjectedEvent,
  type Projection,
  text,
  upsert,
} from "../src/readmodel/projection.js";

/** Whose act it is where no person is named. */
const TAPS = "taps";

/** One row an act. */
const activity = defineTable(
  "activity",
  {
    /** Of its event, in the log. */
    position: bigint,
    recorded_at: instant,
    actor: text,
    verb: text,
    /** What it was done to: a delegator, a wallet, an operation, or the stream's name without its category. */
    subject: text,
    /** The event: its stream and revision. */
    stream: text,
    revision: integer,
    /** By name, amounts in mutez as decimal strings. */
    details: json,
  },
  {
    key: ["position"],
    indexes: [
      ["actor", "position"],
      ["subject", "position"],
      ["verb", "position"],
    ],
  },
);

interface Act {
  readonly verb: string;
  /** Undefined: what the stream is about. */
  readonly subject?: string;
  readonly actor?: string;
  readonly details?: Readonly<Record<string, Json | bigint | undefined>>;
}

/** Undefined: no act, or one of thousands. Long lists are told by their length. */
const actOf = (event: DomainEvent): Act | undefined => {
  switch (event.type) {
    case "BakerRegistered": {
      const { chainId, firstCycle } = event.data;
      return { verb: "registered the baker", details: { chainId, firstCycle } };
    }
    case "FirstCycleSet": {
      const { firstCycle, actor } = event.data;
      return { actor, verb: "set the first cycle", details: { firstCycle } };
    }
    case "PayerSet": {
      const { payer, actor } = event.data;
      return { actor, verb: "set the payer", subject: payer };
    }
    case "PolicyChanged": {
      const { policy, actor } = event.data;
      const { preset, feeBps } = policy;
      return { actor, verb: "changed the policy", details: { preset, feeBps } };
    }
    case "CeilingsSet": {
      const { ceilings, actor } = event.data;
      return { actor, verb: "set the ceilings", details: { ...ceilings } };
    }
    case "DelegatorTermsSet": {
      const { rows, actor } = event.data;
      const [row] = rows;
      if (row === undefined || rows.length > 1)
        return { actor, verb: "set terms", details: { delegators: rows.length } };
      const { delegator, ...terms } = row;
      return { actor, verb: "set terms", subject: delegator, details: terms };
    }
    case "DelegatorTermsRemoved": {
      const { delegator, actor } = event.data;
      return { actor, verb: "removed terms", subject: delegator };
    }
    case "DelegatorTermsCleared":
      return { actor: event.data.actor, verb: "cleared all terms" };
    case "BondPoolMemberSet": {
      const { member, actor, ...details } = event.data;
      return { actor, verb: "set a member of the bond pool", subject: member, details };
    }
    case "BondPoolMemberRemoved": {
      const { member, actor } = event.data;
      return { actor, verb: "removed a member of the bond pool", subject: member };
    }
    case "BondPoolSwitched": {
      const { fromCycle, actor } = event.data;
      const verb = fromCycle === null ? "switched the bond pool off" : "switched the bond pool on";
      return { actor, verb, details: { fromCycle } };
    }
    case "ModeChanged": {
      const { mode, fromCycle, actor } = event.data;
      return { actor, verb: "changed the mode", details: { mode, fromCycle } };
    }
    case "CyclePaymentRequested": {
      const { cycle, actor } = event.data;
      return { actor, verb: "asked for a cycle to be paid", details: { cycle } };
    }
    case "CyclePayoutStarted":
      return { verb: "began to pay a cycle" };
    case "CycleSettled": {
      const { paid, carried, held } = event.data;
      return { verb: "settled a cycle", details: { paid, carried, held } };
    }
    case "CycleReopened":
      return { actor: event.data.actor, verb: "reopened a cycle" };
    case "CycleHeld": {
      const { actor, reason, detail } = event.data;
      return { actor, verb: "held a cycle", details: { reason, detail } };
    }
    case "CycleReleased":
      return { actor: event.data.actor, verb: "released a cycle" };
    case "CycleSkipped": {
      const { actor, reason } = event.data;
      return { actor, verb: "skipped a cycle", details: { reason } };
    }
    case "RewardInputsRejected": {
      const checks = event.data.checks.map(({ check }) => check);
      return { verb: "refused a cycle's rewards", details: { checks } };
    }
    case "RewardInputsSuperseded": {
      const { actor, reason } = event.data;
      return { actor, verb: "gave up a cycle's rewards", details: { reason } };
    }
    case "RewardsAllocated": {
      const { resultDigest: digest, pool, count: delegators } = event.data;
      return { verb: "allocated a cycle's rewards", details: { digest, pool, delegators } };
    }
    case "AllocationSuperseded": {
      const { actor, reason, resultDigest: digest } = event.data;
      return { actor, verb: "gave up an allocation", details: { reason, digest } };
    }
    case "AllocationReopened": {
      const { actor, digest } = event.data;
      return { actor, verb: "reopened an allocation", details: { digest } };
    }
    case "OpeningBalancesImported": {
      const { actor, file, format, cycles, count, sum } = event.data;
      const details = { file, format, cycles, delegators: count, sum };
      return { actor, verb: "imported opening balances", details };
    }
    case "AdjustmentRecorded": {
      const { actor, delegator, amount, reason, reference } = event.data;
      return {
        actor,
        verb: "adjusted a balance",
        subject: delegator,
        details: { amount, reason, reference },
      };
    }
    case "SettlementTaken": {
      const { actor, delegator, amount, recipient, reason } = event.data;
      return { actor, verb: "settled a balance", subject: delegator, details: { amount, recipient, reason } };
    }
    case "SettlementReturned": {
      const { actor, delegator, number, amount } = event.data;
      return { actor, verb: "took a settlement back", subject: delegator, details: { number, amount } };
    }
    case "PayoutPlanned": {
      const { plan, digest, count, sum } = event.data;
      return { verb: "planned a payout", details: { plan, digest, obligations: count, due: sum } };
    }
    case "PayoutAwaitsApproval": {
      const { planDigest: digest } = event.data;
      const exceeded = event.data.exceeded.map((excess) => z.encode(excessCodec, excess));
      return { verb: "asked for approval of a payout", details: { digest, exceeded } };
    }
    case "PayoutApproved": {
      const { actor, planDigest: digest } = event.data;
      return { actor, verb: "approved a payout", details: { digest } };
    }
    case "PayoutRejected": {
      const { actor, planDigest: digest, reason } = event.data;
      return { actor, verb: "rejected a payout", details: { digest, reason } };
    }
    case "ObligationHeld": {
      const { actor, obligation, reason } = event.data;
      return { actor, verb: "held a payment", details: { obligation, reason } };
    }
    case "ObligationReleased": {
      const { actor, obligation, recipient } = event.data;
      return { actor, verb: "released a payment", details: { obligation, recipient } };
    }
    case "ObligationPaidOutside": {
      const { actor, obligation, operation, content, sent } = event.data;
      const details = { obligation, operation, content, sent };
      return { actor, verb: "named what paid a payment", details };
    }
    case "PayoutSimulated": {
      const { obligations, due, batches, failing } = event.data;
      return { verb: "simulated a payout", details: { obligations, due, batches, failing: failing.length } };
    }
    case "PayoutCompleted": {
      const { paid, charged, carried, held } = event.data;
      return { verb: "completed a payout", details: { paid, charged, carried, held } };
    }
    case "WalletAdopted": {
      const { level, counter } = event.data;
      return { verb: "took over a wallet", details: { level, counter } };
    }
    case "WalletHandedOver": {
      const { to, actor } = event.data;
      return { actor, verb: "handed over to another wallet", details: { to } };
    }
    case "TermStarted":
      return { verb: "began a term of signing", details: { token: event.data.token } };
    case "OperationRefused": {
      const { hash, kind, errors } = event.data;
      return { verb: "saw an operation refused", subject: hash, details: { kind, errors } };
    }
    case "OperationReorganised": {
      const { hash, level } = event.data;
      return { verb: "saw an operation leave the chain", subject: hash, details: { level } };
    }
    case "OperationProvenDead": {
      const { hash, proof } = event.data;
      return { verb: "proved an operation dead", subject: hash, details: { rule: proof.rule } };
    }
    case "BatchVoided": {
      const { batchId, reason } = event.data;
      return { verb: "voided a batch", subject: batchId, details: { reason } };
    }
    case "ForeignOperationFound": {
      const { hash, level } = event.data;
      return { verb: "found an operation that is not its own", subject: hash, details: { level } };
    }
    case "ForeignOperationClaimed": {
      const { hash, pays, actor } = event.data;
      return { actor, verb: "said what an operation paid", subject: hash, details: { pays } };
    }
    case "ForeignOperationClassified": {
      const { hash, pays, reason, actor } = event.data;
      return { actor, verb: "classified an operation", subject: hash, details: { pays, reason } };
    }
    case "PaymentRequested": {
      const { payment, actor } = event.data;
      return { actor, verb: "asked for a payment", subject: parseStreamName(payment).elements.join("_") };
    }
    case "DelegationRequested": {
      const { id, to, actor } = event.data;
      return { actor, verb: "asked for a delegation", details: { id, to } };
    }
    case "WalletPaused": {
      const { reason, detail, actor, untilLevel } = event.data;
      return { actor, verb: "paused the wallet", details: { reason, detail, untilLevel } };
    }
    case "WalletResumed": {
      const { reason, actor } = event.data;
      return { actor, verb: "resumed the wallet", details: { reason } };
    }
    default:
      return undefined;
  }
};

const detailsOf = (details: NonNullable<Act["details"]>): Json =>
  Object.fromEntries(
    Object.entries(details).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "bigint" ? `${value}` : value]],
    ),
  );

const apply = ({ event, stream, revision, position, recordedAt }: ProjectedEvent): readonly Change[] => {
  const act = actOf(event);
  if (act === undefined) return [];
  const { verb, actor = TAPS, subject = parseStreamName(stream).elements.join("_"), details = {} } = act;
  const what = { position, recorded_at: recordedAt, actor, verb, subject };
  return [upsert(activity, { ...what, stream, revision, details: detailsOf(details) })];
};

export const activityProjection: Projection = {
  name: "activity",
  version: 1,
  tables: [activity],
  apply,
};
