import {
  type AppendOutcome,
  type EventStore,
  type NewEvent,
  type Revision,
} from "../../src/application/ports/event-store.js";
import { type StreamName } from "../../src/domain/identifiers.js";
import { collect } from "../support/events.js";

export type Done = Extract<AppendOutcome, { appended: true }>;

/** The store of a suite, which exists once its tests run, and what every part of the suite does with it. */
export class Subject {
  private made: EventStore | undefined;

  use(store: EventStore): void {
    this.made = store;
  }

  readonly store = (): EventStore => {
    if (!this.made) throw new Error("the store is made when the suite begins");
    return this.made;
  };

  /** Appends and answers the outcome; the test fails on a conflict. */
  readonly append = async (
    stream: StreamName,
    expected: Revision,
    events: readonly NewEvent[],
  ): Promise<Done> => {
    const outcome = await this.store().append(stream, expected, events);
    if (!outcome.appended) throw new Error(`not appended: ${outcome.conflict}, actual ${outcome.actual}`);
    return outcome;
  };

  readonly streamIds = async (stream: StreamName): Promise<string[]> =>
    ids(await collect(this.store().read(stream)));
}

export const ids = (events: readonly { readonly id: string }[]): string[] => events.map((event) => event.id);

export const wrongRevision = (actual: Revision) => ({ appended: false, conflict: "wrong-revision", actual });
export const knownId = (actual: Revision) => ({ appended: false, conflict: "known-id", actual });
