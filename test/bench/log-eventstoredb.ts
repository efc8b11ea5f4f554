// On the stand-in, unless EVENTSTORE_TEST_URL names a server.
import { EventStoreDbStore } from "../../src/infrastructure/eventstore/eventstoredb.js";
import { StandIn } from "../support/esdb/stand-in.js";
import { benchLog } from "./log.js";

const named = process.env["EVENTSTORE_TEST_URL"];
const standIn = named === undefined ? await StandIn.start() : undefined;
const store = new EventStoreDbStore({ url: named ?? standIn?.url ?? "" });
try {
  await benchLog(named === undefined ? "eventstoredb-stand-in" : "eventstoredb", store);
} finally {
  await store.close();
  await standIn?.stop();
}
