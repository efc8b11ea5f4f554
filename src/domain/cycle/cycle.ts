// The life of one cycle, from its first block to its settled payout.
import { z } from "zod";
import { type Decision, refuse, unreachable } from "../decision.js";
import { defineEvent } from "../event.js";
import {
  type Cycle,
  digest,
  type Digest,
  level,
  type Level,
  streamName,
  type TzAddress,
} from "../identifiers.js";
import { mutezCodec, signedMutezCodec } from "../money.js";

export const stream = (baker: TzAddress, cycle: Cycle) => streamName("cycle", baker, cycle);

/** Why a cycle waits for a person. */
const holdReason = z.enum(["person", "missed-cycles", "payout-rejected"]);
export type HoldReason = z.infer<typeof holdReason>;

const CycleOpened = defineEvent("CycleOpened", 1, { firstLevel: level, lastLevel: level });
const CycleEnded = defineEvent("CycleEnded", 1, { finalLevel: level });
const CycleRewardsReady = defineEvent("CycleRewardsReady", 1, { digest });
const CyclePayoutStarted = defineEvent("CyclePayoutStarted", 1, { digest });
const CycleSettled = defineEvent("CycleSettled", 1, {
  paid: mutezCodec,
  carried: signedMutezCodec,
  held: mutezCodec,
  networkCosts: mutezCodec,
});
/** A held obligation was released after the cycle had settled. */
const CycleReopened = defineEvent("CycleReopened", 1, { actor: z.string() });
const CycleHeld = defineEvent("CycleHeld", 2, { reason: holdReason, detail: z.string(), actor: z.string() });
const CycleReleased = defineEvent("CycleReleased", 1, { actor: z.string() });
const CycleSkipped = defineEvent("CycleSkipped", 1, { reason: z.string(), actor: z.string() });

export const Event = z.discriminatedUnion("type", [
  CycleOpened,
  CycleEnded,
  CycleRewardsReady,
  CyclePayoutStarted,
  CycleSettled,
  CycleReopened,
  CycleHeld,
  CycleReleased,
  CycleSkipped,
]);
export type Event = z.infer<typeof Event>;

export interface State {
  readonly at: "unknown" | "open" | "ended" | "rewards-ready" | "paying" | "settled" | "skipped";
  readonly lastLevel: Level | undefined;
  /** Of the allocation that was announced last. */
  readonly rewards: Digest | undefined;
  readonly held: Data<"CycleHeld"> | undefined;
}

export const initial: State = { at: "unknown", lastLevel: undefined, rewards: undefined, held: undefined };

export const evolve = (state: State, event: Event): State => {
  switch (event.type) {
    case "CycleOpened":
      return { ...state, at: "open", lastLevel: event.data.lastLevel };
    case "CycleEnded":
      return { ...state, at: "ended" };
    case "CycleRewardsReady":
      return { ...state, at: "rewards-ready", rewards: event.data.digest };
    case "CyclePayoutStarted":
      return { ...state, at: "paying" };
    case "CycleSettled":
      return { ...state, at: "settled" };
    case "CycleReopened":
      return { ...state, at: "paying" };
    case "CycleHeld":
      return { ...state, held: event.data };
    case "CycleReleased":
      return { ...state, held: undefined };
    case "CycleSkipped":
      return { ...state, at: "skipped", held: undefined };
    default:
      return unreachable(event);
  }
};

export type Refusal =
  "never-opened" | "not-final-yet" | "not-ended" | "rewards-missing" | "held" | "finished" | "batch-formed";
type Data<T extends Event["type"]> = Extract<Event, { type: T }>["data"];
type Decide = (state: State) => Decision<Event, Refusal>;

const finished = (state: State) => state.at === "settled" || state.at === "skipped";

export const open =
  (command: Data<"CycleOpened">): Decide =>
  (state) =>
    state.at === "unknown" ? [{ type: "CycleOpened", data: command }] : [];

/** A cycle may end only once its last block is final. */
export const end =
  (finalLevel: Level): Decide =>
  (state) => {
    if (state.at === "unknown" || state.lastLevel === undefined) return refuse("never-opened");
    if (state.at !== "open") return [];
    return finalLevel < state.lastLevel
      ? refuse("not-final-yet", { lastLevel: state.lastLevel, finalLevel })
      : [{ type: "CycleEnded", data: { finalLevel } }];
  };

/** The allocation of this digest stands; said again when it was superseded by another. */
export const rewardsReady =
  (command: Data<"CycleRewardsReady">): Decide =>
  (state) => {
    if (state.at === "unknown" || state.at === "open") return refuse("not-ended");
    const isNew = state.at === "ended" || (state.at === "rewards-ready" && state.rewards !== command.digest);
    return isNew ? [{ type: "CycleRewardsReady", data: command }] : [];
  };

/** First step of planning: from here on skipping must undo the plan. */
export const startPayout =
  (command: Data<"CyclePayoutStarted">): Decide =>
  (state) => {
    if (state.held) return refuse("held", { reason: state.held.reason });
    if (finished(state)) return refuse("finished");
    if (state.at === "paying") return [];
    return state.at === "rewards-ready"
      ? [{ type: "CyclePayoutStarted", data: command }]
      : refuse("rewards-missing");
  };

export const settle =
  (command: Data<"CycleSettled">): Decide =>
  (state) => {
    if (state.at === "settled") return [];
    return state.at === "paying" ? [{ type: "CycleSettled", data: command }] : refuse("rewards-missing");
  };

/**
 * Lets a settled cycle pay again what was released in it. Said of one that is being paid too: whoever is about to
 * settle it has not seen the release.
 */
export const reopen =
  (actor: string): Decide =>
  (state) =>
    state.at === "settled" || state.at === "paying" ? [{ type: "CycleReopened", data: { actor } }] : [];

const isSame = (held: State["held"], { reason, detail, actor }: Data<"CycleHeld">): boolean =>
  held?.reason === reason && held.detail === detail && held.actor === actor;

/** Stops new batches of the cycle, and all later cycles. A person's word replaces another's, and what TAPS held it for. */
export const hold =
  (command: Data<"CycleHeld">): Decide =>
  (state) => {
    if (state.at === "unknown") return refuse("never-opened");
    if (finished(state)) return refuse("finished");
    const { held } = state;
    const isSaid = held?.reason === command.reason && (held.reason !== "person" || isSame(held, command));
    const isCovered = isSaid || (held?.reason === "person" && command.reason !== "person");
    return isCovered ? [] : [{ type: "CycleHeld", data: command }];
  };

/** Lifts a hold; with `only`, no other: one for that reason, or exactly that one. */
export const release =
  ({ actor, only }: Data<"CycleReleased"> & { readonly only?: HoldReason | Data<"CycleHeld"> }): Decide =>
  ({ at, held }) => {
    if (at === "unknown") return refuse("never-opened");
    const isMeant =
      only === undefined || (typeof only === "string" ? held?.reason === only : isSame(held, only));
    return held && isMeant ? [{ type: "CycleReleased", data: { actor } }] : [];
  };

/** Gives a cycle up for good. `planUndone`: its plan, if there was one, is void and its take returned. */
export const skip =
  (command: Data<"CycleSkipped"> & { readonly planUndone: boolean }): Decide =>
  (state) => {
    if (state.at === "unknown") return refuse("never-opened");
    if (state.at === "skipped") return [];
    if (state.at === "settled") return refuse("finished");
    if (state.at === "paying" && !command.planUndone) return refuse("batch-formed");
    return [{ type: "CycleSkipped", data: { reason: command.reason, actor: command.actor } }];
  };

/** Nothing is left to do for it. */
export const isFinished = finished;
