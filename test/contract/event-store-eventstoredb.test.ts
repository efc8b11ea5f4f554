import { EventStoreDbStore } from "../../src/infrastructure/eventstore/eventstoredb.js";
import { StandIn, type StandInOptions } from "../support/esdb/stand-in.js";
import { eventStoreContract } from "./event-store.contract.js";

const onStandIn = (options: StandInOptions) => async () => {
  const server = await StandIn.start(options);
  const store = new EventStoreDbStore({ url: server.url });
  return {
    store,
    dispose: async () => {
      await store.close();
      await server.stop();
    },
  };
};

eventStoreContract("EventStoreDB's stand-in, by BatchAppend,", onStandIn({ appends: "batch" }));
eventStoreContract("EventStoreDB's stand-in, by Append,", onStandIn({ appends: "single" }));

const url = process.env["EVENTSTORE_TEST_URL"];
if (url !== undefined) {
  eventStoreContract(
    "EventStoreDB at EVENTSTORE_TEST_URL",
    async () => {
      const store = new EventStoreDbStore({ url });
      return { store, dispose: () => store.close() };
    },
    { isShared: true },
  );
} else {
  const skipped = "SKIPPED: no real server is named, so EventStoreDB's tests ran against the stand-in only";
  describe("EventStoreDB at EVENTSTORE_TEST_URL", () => {
    it(skipped);
  });
  // The short reports do not name what is pending, and what comes last is read.
  process.once("exit", () => {
    process.stderr.write(`\nEVENTSTORE_TEST_URL is not set. ${skipped}.\n`);
  });
}
