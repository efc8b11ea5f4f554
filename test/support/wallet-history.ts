// Random histories of a wallet: commands as its leaseholder, stale processes, people and the chain would send them.
import fc from "fast-check";
import { type Decision, isRefused } from "../../src/domain/decision.js";
import { asCounter, asLevel } from "../../src/domain/identifiers.js";
import { type LiveOperation } from "../../src/domain/wallet/events.js";
import * as Wallet from "../../src/domain/wallet/wallet.js";
import { addressOf } from "./identifiers.js";
import {
  ADOPTED,
  applied,
  death,
  expired,
  finality,
  IDENTITY,
  inclusion,
  intent,
  LAST_LEVEL,
  reveal,
  stop,
  stranger,
  superseded,
} from "./wallet-samples.js";

type Decided = Decision<Wallet.Event, Wallet.Refusal>;

/** One command, chosen by small numbers so that fast-check can shrink it. */
interface Step {
  readonly kind: (typeof KINDS)[number];
  /** Which operation or batch. */
  readonly which: number;
  /** 0: as it should be; others: wrong in some way. */
  readonly wrong: number;
  readonly size: number;
}

const KINDS = [
  "adopt",
  "hand-over",
  "term",
  "sign",
  "refuse",
  "include",
  "reorganise",
  "finalise",
  "die",
  "void",
  "close",
  "find",
  "pause",
  "resume",
  "checkpoint",
] as const;

const often: readonly Step["kind"][] = ["sign", "include", "finalise", "die", "close", "resume"];

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.oneof(
      { weight: 1, arbitrary: fc.constantFrom(...KINDS) },
      { weight: 3, arbitrary: fc.constantFrom(...often) },
    ),
    which: fc.nat(5),
    wrong: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 4 })),
    size: fc.integer({ min: 1, max: 3 }),
  }),
  { minLength: 30, maxLength: 120 },
);

/** What the senders of commands remember; the wallet itself forgets closed batches and ended operations. */
interface Senders {
  made: number;
  readonly hashes: string[];
  readonly closed: Set<string>;
}

const pick = <T>(items: readonly T[], which: number): T | undefined =>
  items[which % Math.max(1, items.length)];

/** An operation for a batch that may be new, open, voided, or closed; who signs a closed one has an older term. */
const signing = (state: Wallet.State, senders: Senders, { which, wrong, size }: Step): Decided => {
  const isReveal = which === 5 && size === 1;
  const batchId = isReveal ? Wallet.REVEAL : `b/${which + Math.floor(senders.made / 4)}`;
  const stale = senders.closed.has(batchId) || wrong === 1;
  const known = wrong === 2 ? pick(senders.hashes, which) : undefined;
  senders.made += 1;
  const name = known ?? `${senders.made}`;
  if (known === undefined) senders.hashes.push(name);
  const first = Wallet.nextCounter(state) + (wrong === 3 ? 1n : wrong === 4 ? -1n : 0n);
  return Wallet.sign(
    intent(name, {
      ...(isReveal ? reveal : { batchId }),
      firstCounter: asCounter(first),
      lastCounter: asCounter(first + BigInt(size) - 1n),
      token: stale ? state.token - 1n : state.token,
    }),
  )(state);
};

const contentsOf = (operation: LiveOperation, wrong: number) =>
  Array.from(
    { length: Number(operation.lastCounter - operation.firstCounter) + 1 - (wrong === 1 ? 1 : 0) },
    () => applied,
  );

const dying = (state: Wallet.State, operation: LiveOperation, { wrong }: Step): Decided => {
  const { hash } = operation;
  const replaced = state.counter >= operation.firstCounter;
  const proof = replaced
    ? superseded(1_010, 1_001, wrong === 1 ? 1_009 : 1_010, state.counter)
    : expired(wrong === 1 ? LAST_LEVEL : LAST_LEVEL + 1, state.counter);
  return Wallet.proveDead({ ...death("any", proof), hash })(state);
};

const closing = (state: Wallet.State, senders: Senders, { which, wrong, size }: Step): Decided => {
  const batchIds = Object.keys(state.batches).slice(which % 2, size);
  const decision = Wallet.closeBatches({ batchIds, token: wrong === 1 ? state.token - 1n : state.token })(
    state,
  );
  if (!isRefused(decision)) batchIds.forEach((id) => senders.closed.add(id));
  return decision;
};

const REASONS = ["person", "mode", "restored", "finding"] as const;

const decide = (state: Wallet.State, senders: Senders, step: Step): Decided => {
  const { kind, which, wrong, size } = step;
  const lowest = state.operations.find((o) => kind !== "include" || o.included === null);
  const operation = wrong === 0 ? lowest : pick(state.operations, which);
  const reason = pick(REASONS, which) ?? "person";
  switch (kind) {
    case "adopt":
      return Wallet.adopt({ ...ADOPTED, counter: asCounter(state.counter + BigInt(size)) })(state);
    case "hand-over":
      return Wallet.handOver({ to: addressOf("another wallet"), actor: "ana" })(state);
    case "term": {
      const token = state.token + BigInt(size) - (wrong > 0 ? 3n : 0n);
      return Wallet.startTerm({ token, lease: token, identity: IDENTITY, nonce: `${token}` })(state);
    }
    case "sign":
      return signing(state, senders, step);
    case "void":
      return Wallet.voidBatch({ batchId: `b/${which + Math.floor(senders.made / 4)}`, reason: "a hold" })(
        state,
      );
    case "close":
      return closing(state, senders, step);
    case "find": {
      const first = Number(state.counter) + (wrong === 1 ? 2 : 1);
      return size === 3 ? Wallet.findForeign(stranger(first, size))(state) : [];
    }
    case "pause":
      return Wallet.pause(stop(reason, which === 2 ? asLevel(1_000 + size) : null))(state);
    case "resume":
      return Wallet.resume({ reason, actor: "ana" })(state);
    case "checkpoint":
      return Wallet.checkpoint(state);
    default:
      return operation ? decideFate(state, operation, step) : [];
  }
};

const decideFate = (state: Wallet.State, operation: LiveOperation, step: Step): Decided => {
  const { hash } = operation;
  switch (step.kind) {
    case "refuse":
      return Wallet.recordRefusal({ hash, kind: "temporary", errors: ["prefilter"] })(state);
    case "include":
      return Wallet.include({ ...inclusion("any", 1_003 + step.size), hash })(state);
    case "reorganise":
      return Wallet.reorganise(hash)(state);
    case "finalise":
      return Wallet.finalise({ ...finality("any", contentsOf(operation, step.wrong)), hash })(state);
    default:
      return dying(state, operation, step);
  }
};

/** A forgotten hash is refused by the store: an operation's event id derives from its hash alone. */
const isKnownToTheStore = (events: readonly Wallet.Event[], decision: readonly Wallet.Event[]): boolean =>
  decision.some(
    (event) =>
      event.type === "OperationSigned" &&
      events.some((before) => before.type === "OperationSigned" && before.data.hash === event.data.hash),
  );

/** The events that wallet and store accept of such a history, in order. */
export const historyOf = (commands: readonly Step[]): readonly Wallet.Event[] => {
  const senders: Senders = { made: 0, hashes: [], closed: new Set() };
  const events: Wallet.Event[] = [];
  let state = Wallet.initial;
  const accept = (decision: Decided) => {
    if (isRefused(decision) || isKnownToTheStore(events, decision)) return;
    events.push(...decision);
    state = decision.reduce(Wallet.evolve, state);
  };
  accept(Wallet.adopt(ADOPTED)(state));
  accept(Wallet.startTerm({ token: 1n, lease: 1n, identity: IDENTITY, nonce: "1" })(state));
  for (const step of commands) accept(decide(state, senders, step));
  return events;
};
