// What every answer of the read side has in common.
import { z } from "zod";
import { type Position } from "../ports/event-store.js";

/** What was asked for, as it was when the event at `position` was the last one applied. */
export interface Answer<T> {
  readonly value: T;
  readonly position: Position;
  /** A person holds the read model at this position: later events do not show. */
  readonly pinned: boolean;
  /** Of a thing that streams of the log make: the same text, the same value. Undefined: only the position tells. */
  readonly version?: string;
}

/** The read model is not there: no projector has run on this database yet. */
export class NotProjected extends Error {
  override readonly name = "NotProjected";
  constructor(readonly model: string) {
    super(`the read model ${model} is not there yet: a process with the role "projector" makes it`);
  }
}

/** An amount in mutez as the driver reads it. */
export const amount = z.bigint().brand<"Mutez">();
/** Place of an event in the log. */
export const position = z.bigint().transform((value) => value as Position);
