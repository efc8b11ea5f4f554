// One thread of a replay: looks at its part of the log, and says what it found.
import { parentPort, workerData } from "node:worker_threads";
import { type EventStore, StoreUnavailable } from "./application/ports/event-store.js";
import { replayPart } from "./application/replay/replay.js";
import { CodedEventLog } from "./infrastructure/eventstore/event-log.js";
import { TezosOperationReader } from "./infrastructure/tezos/operation-reader.js";
import { type LogPlace, type ThreadMessage, type ThreadTask } from "./replay-threads.js";

const storeAt = async (place: LogPlace): Promise<EventStore> => {
  if ("eventStoreUrl" in place) {
    const { EventStoreDbStore } = await import("./infrastructure/eventstore/eventstoredb.js");
    return new EventStoreDbStore({ url: place.eventStoreUrl });
  }
  const { PostgresLog } = await import("./infrastructure/eventstore/postgres-log.js");
  return new PostgresLog({ url: place.databaseUrl, applicationName: "taps-replay" });
};

const say = (message: ThreadMessage): void => parentPort?.postMessage(message);

const { place, part } = workerData as ThreadTask;
const store = await storeAt(place);
try {
  const ports = { log: new CodedEventLog(store), reader: new TezosOperationReader() };
  say({ report: await replayPart(ports, part, (tell) => say({ tell })) });
} catch (error) {
  if (!(error instanceof StoreUnavailable)) throw error;
  say({ unavailable: error.message });
} finally {
  await store.close();
}
