// Each delegator as it stands: what it was paid, what it is owed, and on which terms.
import { parseStreamName } from "../src/domain/identifiers.js";
import { isDelegators, type ItemResult } from "../src/domain/payment/events.js";
import {
  as,
  bigint,
  type Change,
  copy,
  defineTable,
  highest,
  instant,
  integer,
  lowest,
  minus,
  move,
  nullable,
  oneOf,
  patch,
  type ProjectedEvent,
  type Projection,
  remove,
  text,
  total,
  upsert,
} from "../src/readmodel/projection.js";
import { defineBalances } from "./balances.js";
import { obligationIn, payoutOf } from "./payment-names.js";

/**
 * One row a delegator that an allocation names, or a plan pays. Amounts in mutez, over all cycles' payouts and
 * settlements. Sums are kept, not counted by each query: a delegator has thousands of payments, a baker millions.
 */
const delegators = defineTable(
  "delegators",
  {
    baker: text,
    delegator: text,
    /** Cycles whose allocation names it, also one that was superseded since. */
    first_cycle: lowest(integer),
    last_cycle: highest(integer),
    /** What reached the receiver. What goes to the payer itself is paid once its payout is completed. */
    paid: total,
    payments: total,
    /** Due and neither paid nor carried; `held` is the part that waits for a person. */
    owed: total,
    held: total,
    last_paid_cycle: highest(integer),
    last_paid_at: highest(instant),
  },
  {
    key: ["baker", "delegator"],
    indexes: [
      ["baker", "paid", "delegator"],
      ["baker", "owed", "delegator"],
    ],
  },
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

const {
  balances,
  draft: balancesDraft,
  changesOf: balancesBy,
} = defineBalances({ balances: "delegator_balances", draft: "delegator_balances_draft" });

/** Who stands in an allocation that is being written. */
const seen = defineTable(
  "delegators_seen",
  { baker: text, cycle: integer, attempt: text, delegator: text },
  { key: ["baker", "cycle", "attempt", "delegator"] },
);

const owed = {
  obligation: text,
  payout: text,
  baker: text,
  delegator: text,
  due: bigint,
  /** `holding`, `paid` and `carried` last for one event. `self`: paid by the plan, unless that is rejected. */
  state: oneOf("open", "self", "holding", "held", "paid", "carried"),
};
/** Delegators' obligations that are neither paid nor carried, and those of plans being written. */
const obligations = defineTable(
  "delegator_obligations",
  { ...owed, sent: nullable(bigint) },
  { key: ["obligation"], indexes: [["payout", "state"]] },
);
const draft = defineTable(
  "delegator_obligations_draft",
  { attempt: text, ...owed },
  { key: ["attempt", "obligation"], indexes: [["payout"]] },
);

type Payout = ReturnType<typeof payoutOf>;

/** Counts what has come to the state `paid`, or what a completed payout has sent to the payer itself, as paid. */
const paid = ({ payout, cycle }: Payout, state: "paid" | "self", recordedAt: Date): readonly Change[] => {
  const payment = { payments: 1n, last_paid_cycle: cycle, last_paid_at: recordedAt };
  const sent = as(state === "paid" ? "sent" : "due", "paid");
  return [
    copy(obligations, delegators, { payout, state }, payment, [minus("due", "owed"), sent]),
    remove(obligations, { payout, state }),
  ];
};

const carried = ({ payout }: Payout): readonly Change[] => [
  copy(obligations, delegators, { payout, state: "carried" }, {}, [minus("due", "owed")]),
  remove(obligations, { payout, state: "carried" }),
];

const held = ({ payout }: Payout): readonly Change[] => [
  copy(obligations, delegators, { payout, state: "holding" }, {}, [as("due", "held")]),
  patch(obligations, { payout, state: "holding" }, { state: "held" }),
];

/** Of an obligation that may be held, or not. */
const notHeld = (obligation: string): Change =>
  copy(obligations, delegators, { obligation, state: "held" }, {}, [minus("due", "held")]);

const settled = (payout: Payout, results: readonly ItemResult[], recordedAt: Date): readonly Change[] => {
  const stateOf = { paid: "paid", held: "holding" } as const;
  const changed = results.flatMap(({ obligation, result }) =>
    result === "returned"
      ? []
      : [patch(obligations, { obligation: obligationIn(payout, obligation) }, { state: stateOf[result] })],
  );
  const isHeld = results.some(({ result }) => result === "held");
  return [...changed, ...paid(payout, "paid", recordedAt), ...(isHeld ? held(payout) : [])];
};

const paymentsBy = ({ event, stream, recordedAt }: ProjectedEvent): readonly Change[] => {
  const payout = payoutOf(stream);
  const { payout: name, baker } = payout;
  const named = (id: string) => ({ obligation: obligationIn(payout, id) });
  switch (event.type) {
    case "ObligationsAdded": {
      const { attempt, rows } = event.data;
      return rows
        .filter(({ id }) => isDelegators(id))
        .map(({ id, delegator, due, self }) => {
          const state = self ? ("self" as const) : ("open" as const);
          return upsert(draft, { attempt, ...named(id), payout: name, baker, delegator, due, state });
        });
    }
    case "PayoutPlanned":
      return [
        move(draft, obligations, { attempt: event.data.attempt, payout: name }, {}),
        remove(draft, { payout: name }),
        copy(obligations, delegators, { payout: name }, {}, [as("due", "owed")]),
      ];
    case "PayoutRejected":
      return [
        copy(obligations, delegators, { payout: name, state: "held" }, {}, [minus("due", "held")]),
        copy(obligations, delegators, { payout: name }, {}, [minus("due", "owed")]),
        remove(obligations, { payout: name }),
      ];
    case "BatchFormed":
      return event.data.items.map(({ obligation, sent }) => patch(obligations, named(obligation), { sent }));
    case "BatchSettled":
      return settled(payout, event.data.results, recordedAt);
    case "ObligationsCarried":
      return [
        ...event.data.obligations.map((id) => patch(obligations, named(id), { state: "carried" })),
        ...carried(payout),
      ];
    case "ObligationHeld":
      return [patch(obligations, named(event.data.obligation), { state: "holding" }), ...held(payout)];
    case "ObligationReleased": {
      const { obligation } = named(event.data.obligation);
      return [notHeld(obligation), patch(obligations, { obligation }, { state: "open" })];
    }
    case "ObligationPaidOutside": {
      const { obligation } = named(event.data.obligation);
      const { sent } = event.data;
      const isPaid = patch(obligations, { obligation }, { state: "paid", sent });
      return [notHeld(obligation), isPaid, ...paid(payout, "paid", recordedAt)];
    }
    case "PayoutCompleted":
      return paid(payout, "self", recordedAt);
    default:
      return [];
  }
};

const termsBy = ({ event, stream }: ProjectedEvent): readonly Change[] => {
  const baker = parseStreamName(stream).elements[0] ?? "";
  switch (event.type) {
    case "DelegatorTermsSet":
      return event.data.rows.map((row) =>
        upsert(terms, {
          baker,
          delegator: row.delegator,
          fee_bps: row.feeBps ?? null,
          recipient: row.recipient ?? null,
          status: row.status ?? null,
          maximum_balance: row.maximumBalance ?? null,
        }),
      );
    case "DelegatorTermsRemoved":
      return [remove(terms, { baker, delegator: event.data.delegator })];
    case "DelegatorTermsCleared":
      return [remove(terms, { baker })];
    default:
      return [];
  }
};

const seenBy = ({ event, stream }: ProjectedEvent): readonly Change[] => {
  const [baker = "", number] = parseStreamName(stream).elements;
  const cycle = Number(number);
  switch (event.type) {
    case "DelegatorRewardsAllocated": {
      const { attempt, rows } = event.data;
      return rows.map(({ delegator }) => upsert(seen, { baker, cycle, attempt, delegator }));
    }
    case "RewardsAllocated": {
      const { attempt } = event.data;
      const named = { first_cycle: cycle, last_cycle: cycle };
      return [copy(seen, delegators, { baker, cycle, attempt }, named), remove(seen, { baker, cycle })];
    }
    default:
      return [];
  }
};

const apply = (projected: ProjectedEvent): readonly Change[] => {
  const { category, elements } = parseStreamName(projected.stream);
  switch (category) {
    case "payment":
      return paymentsBy(projected);
    case "ledger":
      return balancesBy(projected.event, elements[0] ?? "");
    case "reward":
      return seenBy(projected);
    case "baker":
      return termsBy(projected);
    default:
      return [];
  }
};

export const delegatorsProjection: Projection = {
  name: "delegators",
  version: 1,
  tables: [delegators, terms, balances, balancesDraft, obligations, draft, seen],
  apply,
};
