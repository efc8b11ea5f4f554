import { type DomainEvent } from "../../../src/domain/events.js";
import { type Installation } from "./installation.js";

type DataOf = { readonly [Event in DomainEvent as Event["type"]]: Event["data"] };

/** What the log's events of one type carry, in order. */
export const dataOf = <T extends keyof DataOf>(world: Installation, type: T): readonly DataOf[T][] =>
  world
    .events()
    .map(({ event }) => event)
    .filter((event): event is DomainEvent & { type: T; data: DataOf[T] } => event.type === type)
    .map(({ data }) => data);
