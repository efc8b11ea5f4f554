// Cycles, operations, a baker's settings, and who did what.
import { z } from "zod";
import { bakerOf, cycleOf, paymentIn, rewardOf } from "../../../src/application/aggregates.js";
import { asCycle, streamName } from "../../../src/domain/identifiers.js";
import { Event as WalletEvent } from "../../../src/domain/wallet/wallet.js";
import { sumOf } from "../../../src/domain/money.js";
import { allocationPolicyCodec } from "../../../src/domain/reward/policy-codec.js";
import { type Row } from "../../../src/readmodel/projection.js";
import { BAKER } from "../payouts.js";
import { elementsOf, ends, type Events, type Expected, nameOf } from "./walk.js";

/** Each cycle by its own fold, its rewards' and its payment's. */
export const cyclesOf = (events: Events): Expected => {
  const rewards = ends(events, rewardOf(BAKER, asCycle(0)));
  const payments = ends(events, paymentIn(streamName("payment", "any")));
  const lives = ends(events, cycleOf(BAKER, asCycle(0)));
  return {
    cycles: [...lives].map(([stream, life]): Row => {
      const [baker = "", n = ""] = elementsOf(stream);
      const reward = rewards.get(streamName("reward", baker, n));
      const payment = payments.get(streamName("payment", baker, n));
      const { inputs, allocation } = reward ?? {};
      return {
        ...{ baker, cycle: Number(n), state: life.at },
        ...{ held_reason: life.held?.reason ?? null, last_level: life.lastLevel ?? null },
        own_delegated: inputs?.ownDelegated ?? null,
        external_delegated: inputs?.externalDelegated ?? null,
        own_staked: inputs?.ownStaked ?? null,
        rejected: reward?.rejected?.checks ?? null,
        ...{ digest: allocation?.resultDigest ?? null, engine: allocation?.engineVersion ?? null },
        ...{ delegators: allocation?.count ?? null, pool: allocation?.pool ?? null },
        ...{ plan_digest: payment?.plan?.digest ?? null, obligations: payment?.plan?.count ?? null },
        ...{ due: payment?.plan?.sum ?? null, taken: payment?.plan?.taken ?? null },
      };
    }),
  };
};

/** Each operation by the newest event that tells of it. */
export const operationsOf = (events: Events): Expected => {
  const rows = new Map<string, Record<string, Row[string]>>();
  for (const { event, stream, position, recordedAt } of events) {
    if (!WalletEvent.options.some((one) => one.shape.type.value === event.type)) continue;
    if (!("hash" in event.data)) continue;
    const row = rows.get(event.data.hash) ?? {};
    if (event.type === "OperationSigned") {
      const { hash, purpose, batchId, payment } = event.data;
      const what = { hash, wallet: elementsOf(stream)[0], purpose, batch_id: batchId, payment, position };
      const nowhere = { level: null, fee: null, burn: null, death: null, ended_at: null };
      rows.set(hash, { ...what, ...nowhere, status: "signed", signed_at: recordedAt });
    }
    if (event.type === "OperationIncluded")
      Object.assign(row, { status: "included", level: event.data.level });
    if (event.type === "OperationReorganised") Object.assign(row, { status: "signed", level: null });
    if (event.type === "OperationFinalised") {
      const { contents, level } = event.data;
      const costs = { fee: sumOf(contents, ({ fee }) => fee), burn: sumOf(contents, ({ burn }) => burn) };
      Object.assign(row, { status: "final", level, ...costs, ended_at: recordedAt });
    }
    if (event.type === "OperationProvenDead")
      Object.assign(row, { status: "dead", level: null, death: event.data.proof.rule, ended_at: recordedAt });
  }
  return { operations: [...rows.values()] };
};

export const settingsOf = (events: Events): Expected => ({
  settings: [...ends(events, bakerOf(BAKER))].map(([stream, state]) => ({
    ...{ baker: elementsOf(stream)[0], chain_id: state.registered?.chainId ?? null },
    ...{ first_cycle: state.registered?.firstCycle ?? null, payer: state.payer ?? null, mode: state.mode },
    on_since_cycle: state.onSince ?? null,
    policy: state.policy ? z.encode(allocationPolicyCodec, state.policy) : null,
  })),
});

/** Every event that names its actor, and these that name none. */
const OF_NOTE = new Set<string>([
  "BakerRegistered",
  "CyclePayoutStarted",
  "CycleSettled",
  "RewardInputsRejected",
  "RewardsAllocated",
  "PayoutPlanned",
  "PayoutAwaitsApproval",
  "PayoutSimulated",
  "PayoutCompleted",
  "WalletAdopted",
  "TermStarted",
  "OperationRefused",
  "OperationReorganised",
  "OperationProvenDead",
  "BatchVoided",
  "ForeignOperationFound",
]);

export const activityOf = (events: Events): Expected => ({
  activity: events
    .filter(({ event }) => "actor" in event.data || OF_NOTE.has(event.type))
    .map(({ event, stream, revision, position, recordedAt }) => {
      const { data } = event;
      const subject =
        ("delegator" in data && data.delegator) ||
        ("member" in data && data.member) ||
        ("payer" in data && data.payer) ||
        ("batchId" in data && data.batchId) ||
        ("hash" in data && data.hash) ||
        ("payment" in data && !("delegator" in data) && nameOf(data.payment ?? "")) ||
        (event.type === "DelegatorTermsSet" &&
          event.data.rows.length === 1 &&
          event.data.rows[0]?.delegator) ||
        nameOf(stream);
      const actor = "actor" in data ? data.actor : "taps";
      return { ...{ position, stream, revision, actor, subject, recorded_at: recordedAt } };
    }),
});
