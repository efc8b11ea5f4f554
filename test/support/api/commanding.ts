// What commands over HTTP are carried out with in tests: a world's chain, on a log in a real PostgreSQL.
import { type Pool } from "pg";
import { type Commanding, doingOn } from "../../../src/api/commanding.js";
import { type EventStore, START } from "../../../src/application/ports/event-store.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { PostgresAnswers } from "../../../src/infrastructure/postgres/answers.js";
import { type Clock } from "../../../src/application/ports/system.js";
import { actsOf, evidenceOf, operationsIn } from "../world/people.js";
import { type World } from "../world/world.js";

/** Writes what has happened in a world into an empty log. */
export const copyInto = async (store: EventStore, world: World): Promise<void> => {
  for await (const event of world.store.readAll({ after: START })) {
    const { appended } = await store.append(event.stream, event.revision - 1, [event]);
    if (!appended) throw new Error(`event ${event.revision} of ${event.stream} is not copied`);
  }
};

export const commandingOn = (
  world: World,
  { store, pool, clock }: { readonly store: EventStore; readonly pool: Pool; readonly clock: Clock },
): Commanding => ({
  doing: doingOn(actsOf(world, { store, chain: world.chain })),
  answers: new PostgresAnswers(pool),
  clock,
  evidence: { ...evidenceOf(world), log: new CodedEventLog(store) },
  operations: operationsIn(world),
  compute: { source: world.source(), limitOf: async () => undefined },
});
