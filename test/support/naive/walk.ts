// Walks through a log with the domain's own folds: what each event found, and what it left.
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type Aggregate } from "../../../src/application/repository.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { parseStreamName, type StreamName } from "../../../src/domain/identifiers.js";
import { type Row } from "../../../src/readmodel/projection.js";

export type Events = readonly Omit<LoggedEvent, "id">[];
/** What tables must hold: rows by table, each with the columns that are told. */
export type Expected = Readonly<Record<string, readonly Row[]>>;

export interface Walked<State, Event> {
  readonly logged: Events[number];
  readonly event: Event;
  readonly before: State;
  readonly after: State;
}

/** Every event of the streams of this category, whatever stream the aggregate is. */
export const walk = <State, Event extends DomainEvent>(
  events: Events,
  { stream, initial, evolve, owns }: Aggregate<State, Event>,
): readonly Walked<State, Event>[] => {
  const { category } = parseStreamName(stream);
  const states = new Map<StreamName, State>();
  return events.flatMap((logged) => {
    const { event } = logged;
    if (parseStreamName(logged.stream).category !== category || !owns(event)) return [];
    const before = states.get(logged.stream) ?? initial;
    const after = evolve(before, event);
    states.set(logged.stream, after);
    return [{ logged, event, before, after }];
  });
};

/** How each stream of this category ends. */
export const ends = <State, Event extends DomainEvent>(
  events: Events,
  aggregate: Aggregate<State, Event>,
): ReadonlyMap<StreamName, State> =>
  new Map(walk(events, aggregate).map(({ logged, after }) => [logged.stream, after]));

export const elementsOf = (stream: string): readonly string[] => parseStreamName(stream).elements;
/** Its name without the category. */
export const nameOf = (stream: string): string => elementsOf(stream).join("_");
/** The cycle that a payment is made for; null: none. */
export const paidCycleOf = (payment: string): number | null => {
  const [, kind, n] = elementsOf(payment);
  return kind === "batch" ? null : Number(n ?? kind);
};
