import { type AllStreamResolvedEvent } from "@eventstore/db-client";
import {
  type Position,
  StoreUnavailable,
  type SubscriptionMessage,
} from "../../../application/ports/event-store.js";
import { backOff } from "../postgres/log-changes.js";
import { NoAnswer } from "./answers.js";
import { Inbox, type Source } from "./inbox.js";
import { publicEvent } from "./records.js";

/** A subscription of the client, as far as it is used. */
export interface LiveSource extends Source<AllStreamResolvedEvent> {
  /** Items that were received before now and are not taken yet. */
  readonly readableLength: number;
  on(event: "readable" | "end" | "close" | "caughtUp", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  unsubscribe(): Promise<void>;
}

export interface FollowCalls {
  /** Subscribes after a position; `alive` is called at each sign of life that carries no event. */
  open(after: Position, alive: () => void): LiveSource;
  head(): Promise<Position>;
  readonly heartbeatMs: number;
}

/**
 * Follows the log after a position through one subscription after another, each from the last event delivered: the
 * client resumes none. At once after progress, else after a pause that grows.
 */
export async function* follow(
  calls: FollowCalls,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionMessage> {
  let position = after;
  let failures = 0;
  while (!signal.aborted) {
    try {
      for await (const message of subscribe(calls, position, signal)) {
        if (message.kind === "event") {
          position = message.event.position;
          failures = 0;
        }
        yield message;
        if (signal.aborted) return;
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      yield { kind: "interrupted", error };
    }
    if (failures > 0) await backOff(failures - 1, signal);
    failures += 1;
  }
}

/** One subscription, until it fails, ends or dies silently. */
async function* subscribe(
  calls: FollowCalls,
  after: Position,
  signal: AbortSignal,
): AsyncGenerator<SubscriptionMessage> {
  const pulse = new Pulse(calls, after);
  const source = calls.open(after, () => pulse.beat());
  const inbox = new Inbox<AllStreamResolvedEvent>(source, "subscribeAll");
  // The client says caughtUp when it receives it: the events before it may still be in its buffer.
  let ahead: number | undefined;
  source.on("caughtUp", () => {
    ahead = source.readableLength;
    inbox.wake();
  });
  const wake = () => inbox.wake();
  signal.addEventListener("abort", wake);
  try {
    while (!signal.aborted) {
      if (ahead === 0) {
        ahead = undefined;
        pulse.caughtUp();
        yield { kind: "caught-up" };
        continue;
      }
      const resolved = inbox.take();
      if (resolved === undefined) return;
      if (resolved === null) {
        if (!(await inbox.wait(calls.heartbeatMs))) await pulse.check();
        continue;
      }
      if (ahead !== undefined) ahead -= 1;
      const event = publicEvent(resolved);
      if (event === undefined) continue;
      pulse.delivered(event.position);
      yield { kind: "event", event };
    }
  } finally {
    signal.removeEventListener("abort", wake);
    inbox.discard();
    // It rejects if the subscription could not be opened: then there is nothing to end, and the inbox has the error.
    source.unsubscribe().catch(() => undefined);
  }
}

/**
 * Whether a silent subscription lives. One may die without an end or an error; it is dead if it stays silent for
 * two heartbeats while it is still catching up, or while the log has grown beyond what it delivered.
 */
class Pulse {
  private isCatchingUp = true;
  private isSuspect = false;

  constructor(
    private readonly calls: FollowCalls,
    private position: Position,
  ) {}

  beat(): void {
    this.isSuspect = false;
  }

  caughtUp(): void {
    this.isCatchingUp = false;
    this.beat();
  }

  delivered(position: Position): void {
    this.position = position;
    this.beat();
  }

  /** To be called after each heartbeat without a message. */
  async check(): Promise<void> {
    if (this.isSuspect)
      throw new StoreUnavailable("subscribeAll", { cause: new NoAnswer(2 * this.calls.heartbeatMs) });
    this.isSuspect = true;
    if (!this.isCatchingUp) this.isSuspect = (await this.calls.head()) > this.position;
  }
}
