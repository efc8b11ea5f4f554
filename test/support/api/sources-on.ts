// What the API is answered from, put together over what a test or a figure has: here alone, for it grows.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Pool } from "pg";
import { projections } from "../../../projections/all.js";
import { openLog } from "../../../src/api/log.js";
import { type Sources } from "../../../src/api/route.js";
import { type Sessions } from "../../../src/application/accounts/login.js";
import { type Clock } from "../../../src/application/ports/system.js";
import { type ShownChain } from "../../../src/application/queries/soon.js";
import { inspectionOf } from "../../../src/application/read-side/inspection.js";
import { Repository } from "../../../src/application/repository.js";
import { type TzAddress } from "../../../src/domain/identifiers.js";
import { eventReading } from "../../../src/infrastructure/eventstore/codec.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { type PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { transactCopying } from "../../../src/infrastructure/postgres/copy.js";
import { transact } from "../../../src/infrastructure/postgres/pool.js";
import { systemClock } from "../../../src/infrastructure/system-clock.js";
import { pastOf } from "../../../src/readmodel/past.js";
import { readSideOf } from "../../../src/readmodel/queries/read-side.js";
import { ReadModelService } from "../../../src/readmodel/service.js";
import { Snapshots } from "../../../src/readmodel/snapshots.js";
import { type World } from "../world/world.js";
import { commandingOn } from "./commanding.js";

export interface Grounds {
  readonly baker: TzAddress;
  /** Of the database with the read models. */
  readonly pool: Pool;
  readonly store: PostgresLog;
  readonly sessions: Sessions;
  /** What commands act on. */
  readonly world: World;
  /** Of commands, and of what lives on. */
  readonly clocks: { readonly commands: Clock; readonly live: Clock };
  /** What queries wait by, and what they ask of a node. */
  readonly reading: { readonly chain: ShownChain; readonly clock: Clock };
}

export const sourcesOn = ({
  baker,
  pool,
  store,
  sessions,
  world,
  clocks,
  reading: { chain, clock },
}: Grounds): Sources => {
  const log = new CodedEventLog(store);
  const copying = <T>(work: Parameters<typeof transactCopying<T>>[1]) => transactCopying(pool, work);
  const snapshots = new Snapshots(async () => join(tmpdir(), "taps-no-snapshots"), copying);
  const readModels = new ReadModelService({
    ...{ projections, log, store, clock, snapshots },
    transact: copying,
  });
  return {
    read: readSideOf(baker, { transact: (work) => transact(pool, work), chain, clock }),
    past: pastOf({ baker, log, store, clock, projections }),
    inspect: inspectionOf({
      ...{ baker, log, store, chain, clock: systemClock, readModels, reading: eventReading },
      repository: new Repository(log),
      standing: () => readModels.status(),
      limitOf: async () => 9,
    }),
    sessions,
    commands: commandingOn(world, { store, pool, clock: clocks.commands }),
    ...openLog(store, eventReading, clocks.live),
  };
};
