// Where each cycle stands, what it earned and what became of it.
import { z } from "zod";
import { parseStreamName } from "../src/domain/identifiers.js";
import { excessCodec } from "../src/domain/payment/ceilings.js";
import {
  bigint,
  type Change,
  defineTable,
  instant,
  integer,
  json,
  nullable,
  oneOfFrom,
  type ProjectedEvent,
  type Projection,
  text,
  upsert,
} from "../src/readmodel/projection.js";

/** One row a cycle. Amounts in mutez; null where the cycle has not come that far. */
const cycles = defineTable(
  "cycles",
  {
    baker: text,
    cycle: integer,
    state: oneOfFrom("unknown", "open", "ended", "rewards-ready", "paying", "settled", "skipped"),
    held_reason: nullable(text),
    held_detail: nullable(text),
    skipped_reason: nullable(text),
    /** Who asked for a cycle that is not paid by itself. */
    requested_by: nullable(text),
    first_level: nullable(integer),
    last_level: nullable(integer),
    /** Why the source's last reply was not believed: list of {check, message}. */
    rejected: nullable(json),
    /** As the source reported it: what was earned by kind of income, and the balances that it was earned with. */
    income: nullable(json),
    own_delegated: nullable(bigint),
    external_delegated: nullable(bigint),
    own_staked: nullable(bigint),
    /** What was earned, and how it was shared. */
    digest: nullable(text),
    engine: nullable(text),
    delegators: nullable(integer),
    pool: nullable(bigint),
    baker_share: nullable(bigint),
    fee_total: nullable(bigint),
    distributed: nullable(bigint),
    allocation_carried: nullable(bigint),
    allocation_kept: nullable(bigint),
    dust: nullable(bigint),
    /** Of the last payout that was only simulated: {obligations, due, batches, fees, burns, failing}. */
    simulation: nullable(json),
    /** The plan: its digest, and what is owed now, with the balances taken from the ledger. */
    plan_digest: nullable(text),
    obligations: nullable(integer),
    due: nullable(bigint),
    taken: nullable(bigint),
    /** Ceilings that the plan is above: it waits for approval, or had it. List of {ceiling, limit, found ...}. */
    exceeded: nullable(json),
    approved_by: nullable(text),
    /** Once settled. */
    paid: nullable(bigint),
    carried: nullable(bigint),
    held: nullable(bigint),
    network_costs: nullable(bigint),
    opened_at: nullable(instant),
    ended_at: nullable(instant),
    allocated_at: nullable(instant),
    started_at: nullable(instant),
    settled_at: nullable(instant),
    /** Of the newest event in each stream that changed the row: the cycle's, its reward's, its payment's, the baker's. */
    life_revision: nullable(integer),
    reward_revision: nullable(integer),
    payment_revision: nullable(integer),
    request_revision: nullable(integer),
  },
  { key: ["baker", "cycle"] },
);

const noInputs = { income: null, own_delegated: null, external_delegated: null, own_staked: null };
const noAllocation = {
  digest: null,
  engine: null,
  delegators: null,
  pool: null,
  baker_share: null,
  fee_total: null,
  distributed: null,
  allocation_carried: null,
  allocation_kept: null,
  dust: null,
  allocated_at: null,
};

const revisionIn = (category: string, revision: number) => {
  switch (category) {
    case "cycle":
      return { life_revision: revision };
    case "reward":
      return { reward_revision: revision };
    case "payment":
      return { payment_revision: revision };
    default:
      return undefined;
  }
};

/** Baker and cycle of a stream `cycle-`, `reward-` or `payment-<pkh>_<n>`, and how far the row shows it. */
const rowOf = ({ stream, revision }: Pick<ProjectedEvent, "stream" | "revision">) => {
  const { category, elements } = parseStreamName(stream);
  const [baker, cycle, ...more] = elements;
  const shown = revisionIn(category, revision);
  return baker === undefined || cycle === undefined || more.length > 0 || shown === undefined
    ? undefined
    : { baker, cycle: Number(cycle), ...shown };
};

const apply = ({ event, stream, revision, recordedAt }: ProjectedEvent): readonly Change[] => {
  if (event.type === "CyclePaymentRequested") {
    const baker = parseStreamName(stream).elements[0] ?? "";
    const { cycle, actor } = event.data;
    return [upsert(cycles, { baker, cycle, requested_by: actor, request_revision: revision })];
  }
  const row = rowOf({ stream, revision });
  if (row === undefined) return [];
  switch (event.type) {
    case "CycleOpened": {
      const { firstLevel, lastLevel } = event.data;
      const levels = { first_level: firstLevel, last_level: lastLevel };
      return [upsert(cycles, { ...row, state: "open", ...levels, opened_at: recordedAt })];
    }
    case "CycleEnded":
      return [upsert(cycles, { ...row, state: "ended", ended_at: recordedAt })];
    case "RewardInputsRecorded": {
      const { ownDelegated, externalDelegated, ownStaked } = event.data;
      const income = Object.fromEntries(
        Object.entries(event.data.income).map(([kind, amount]) => [kind, `${amount}`]),
      );
      const balances = {
        own_delegated: ownDelegated,
        external_delegated: externalDelegated,
        own_staked: ownStaked,
      };
      return [upsert(cycles, { ...row, rejected: null, income, ...balances })];
    }
    case "RewardInputsSuperseded":
      return [upsert(cycles, { ...row, ...noInputs })];
    case "RewardInputsRejected":
      return [upsert(cycles, { ...row, rejected: event.data.checks })];
    case "RewardsAllocated": {
      const { data } = event;
      return [
        upsert(cycles, {
          ...row,
          digest: data.resultDigest,
          engine: data.engineVersion,
          delegators: data.count,
          pool: data.pool,
          baker_share: data.bakerShare,
          fee_total: data.feeTotal,
          distributed: data.distributed,
          allocation_carried: data.carried,
          allocation_kept: data.kept,
          dust: data.dust,
          allocated_at: recordedAt,
        }),
      ];
    }
    case "AllocationSuperseded":
      return [upsert(cycles, { ...row, ...noAllocation })];
    case "CycleRewardsReady":
      return [upsert(cycles, { ...row, state: "rewards-ready" })];
    case "CyclePayoutStarted":
      return [upsert(cycles, { ...row, state: "paying", started_at: recordedAt })];
    case "PayoutPlanned": {
      const { count, sum, taken, digest } = event.data;
      return [upsert(cycles, { ...row, plan_digest: digest, obligations: count, due: sum, taken })];
    }
    case "PayoutAwaitsApproval": {
      const exceeded = event.data.exceeded.map((excess) => z.encode(excessCodec, excess));
      return [upsert(cycles, { ...row, exceeded, approved_by: null })];
    }
    case "PayoutApproved":
      return [upsert(cycles, { ...row, approved_by: event.data.actor })];
    case "PayoutRejected": {
      const noPlan = { plan_digest: null, obligations: null, due: null, taken: null };
      return [upsert(cycles, { ...row, ...noPlan, exceeded: null, approved_by: null })];
    }
    case "PayoutSimulated": {
      const { obligations, due, batches, fees, burns, failing } = event.data;
      const amounts = { due: `${due}`, fees: `${fees}`, burns: `${burns}` };
      return [upsert(cycles, { ...row, simulation: { obligations, batches, ...amounts, failing } })];
    }
    case "CycleSettled": {
      const { paid, carried, held, networkCosts } = event.data;
      const sums = { paid, carried, held, network_costs: networkCosts };
      return [upsert(cycles, { ...row, state: "settled", ...sums, settled_at: recordedAt })];
    }
    case "CycleReopened":
      return [upsert(cycles, { ...row, state: "paying", settled_at: null })];
    case "CycleHeld":
      return [upsert(cycles, { ...row, held_reason: event.data.reason, held_detail: event.data.detail })];
    case "CycleReleased":
      return [upsert(cycles, { ...row, held_reason: null, held_detail: null })];
    case "CycleSkipped": {
      const { reason } = event.data;
      const notHeld = { held_reason: null, held_detail: null };
      return [upsert(cycles, { ...row, state: "skipped", skipped_reason: reason, ...notHeld })];
    }
    default:
      return [];
  }
};

export const cyclesProjection: Projection = { name: "cycles", version: 4, tables: [cycles], apply };
