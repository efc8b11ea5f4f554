import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { freshDatabase } from "../support/postgres.js";
import { eventStoreContract } from "./event-store.contract.js";

eventStoreContract("the PostgreSQL log", async () => {
  const database = await freshDatabase();
  const store = new PostgresLog({ url: database.url, applicationName: "contract" });
  return {
    store,
    dispose: async () => {
      await store.close();
      await database.drop();
    },
  };
});
