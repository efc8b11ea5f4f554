// The numbers behind each amount: what a cycle earned for each delegator, and what became of it.
import { parseStreamName } from "../src/domain/identifiers.js";
import {
  bigint,
  type Change,
  defineTable,
  integer,
  move,
  nullable,
  oneOf,
  type ProjectedEvent,
  type Projection,
  remove,
  text,
  upsert,
} from "../src/readmodel/projection.js";

/** As ALLOCATION section 6 lists them. Amounts in mutez; `balance` as the source reported it, before the cap. */
const allocated = {
  baker: text,
  cycle: integer,
  delegator: text,
  recipient: text,
  balance: bigint,
  gross: bigint,
  fee_bps: integer,
  fee: bigint,
  net: bigint,
  status: oneOf("pay", "carry", "keep", "skip"),
  reason: nullable(text),
};

/** One row a cycle and delegator, of the allocation that stands. */
const rewards = defineTable(
  "rewards",
  {
    ...allocated,
    engine: text,
    /** Of the allocation, as `taps cycle compute` prints it. */
    digest: text,
  },
  {
    key: ["baker", "cycle", "delegator"],
    indexes: [
      ["baker", "cycle", "net", "delegator"],
      ["delegator", "cycle"],
    ],
    partition: { column: "cycle", width: 100 },
  },
);

/** Rows of allocations being written: they count only once RewardsAllocated names their attempt. */
const draft = defineTable(
  "rewards_draft",
  { attempt: text, ...allocated },
  { key: ["baker", "cycle", "attempt", "delegator"] },
);

const apply = ({ event, stream }: ProjectedEvent): readonly Change[] => {
  const [baker = "", number] = parseStreamName(stream).elements;
  const cycle = Number(number);
  switch (event.type) {
    case "DelegatorRewardsAllocated": {
      const { attempt, rows } = event.data;
      return rows.map(({ feeBps, ...row }) =>
        upsert(draft, { attempt, baker, cycle, ...row, fee_bps: feeBps }),
      );
    }
    case "RewardsAllocated": {
      const { attempt, engineVersion: engine, resultDigest: digest } = event.data;
      return [
        move(draft, rewards, { baker, cycle, attempt }, { engine, digest }),
        remove(draft, { baker, cycle }),
      ];
    }
    case "AllocationSuperseded":
      return [remove(rewards, { baker, cycle })];
    default:
      return [];
  }
};

export const rewardsProjection: Projection = { name: "rewards", version: 1, tables: [rewards, draft], apply };
