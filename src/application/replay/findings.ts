// What a replay finds otherwise than the log has it, and how much it has looked at.
import { type Address, type Cycle } from "../../domain/identifiers.js";
import { type LoggedEvent } from "../ports/event-log.js";

type Value = string | number | bigint | boolean | null | undefined;

/** Where an event stands in the log. */
export interface Place {
  readonly type: string;
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
}

export interface Difference {
  /** Null: of no cycle. */
  readonly cycle: Cycle | null;
  /** Null: of the whole. */
  readonly delegator: Address | null;
  /** Thing and field, such as `allocated row: net`. */
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  /** The event that says what was found; null: there is none. */
  readonly event: Place | null;
}

/** Something that could not be read, so that nothing is known of it. */
export interface Unread {
  readonly cycle: Cycle | null;
  readonly what: string;
  readonly why: string;
}

export const placeOf = ({ event, id, stream, revision, position }: LoggedEvent): Place => ({
  type: event.type,
  id,
  stream,
  revision,
  position,
});

const inWords = (value: Value): string => (value == null ? "none" : String(value));

/** What is counted of that which was recomputed and compared; `readBack`: final operations, from the chain. */
export const COUNTED = [
  "cycles",
  "inputs",
  "rows",
  "plans",
  "obligations",
  "batches",
  "operations",
  "carriedRows",
  "readBack",
] as const;
export type Counts = Record<(typeof COUNTED)[number], number>;

export class Findings {
  readonly differences: Difference[] = [];
  readonly unread: Unread[] = [];
  readonly counts: Counts = {
    cycles: 0,
    inputs: 0,
    rows: 0,
    plans: 0,
    obligations: 0,
    batches: 0,
    operations: 0,
    carriedRows: 0,
    readBack: 0,
  };
  /** What is found from now on is of this cycle. */
  cycle: Cycle | null = null;

  differ(
    what: string,
    expected: Value,
    found: Value,
    at: LoggedEvent | undefined,
    delegator: Address | null = null,
  ): void {
    const event = at ? placeOf(at) : null;
    this.differences.push({
      cycle: this.cycle,
      delegator,
      what,
      expected: inWords(expected),
      found: inWords(found),
      event,
    });
  }

  /** Whether both are the same; else it is a difference. */
  same(
    what: string,
    expected: Value,
    found: Value,
    at: LoggedEvent,
    delegator: Address | null = null,
  ): boolean {
    if (expected === found) return true;
    this.differ(what, expected, found, at, delegator);
    return false;
  }

  /** Whether all fields of `expected` are the same in `found`; each other one is a difference. */
  sameFields<Fields extends object>(
    what: string,
    expected: Fields,
    found: { readonly [K in keyof Fields]: unknown },
    at: LoggedEvent,
    delegator: Address | null = null,
  ): boolean {
    let isSame = true;
    for (const key in expected) {
      const [wanted, is] = [expected[key], found[key]];
      if (wanted === is) continue;
      const [text, other] = [textOf(wanted), textOf(is)];
      if (text !== other) isSame = this.same(`${what}: ${key}`, text, other, at, delegator);
    }
    return isSame;
  }

  cannotRead(what: string, why: string): void {
    this.unread.push({ cycle: this.cycle, what, why });
  }
}

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "bigint"
    ? value.toString()
    : JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? each.toString() : each));
