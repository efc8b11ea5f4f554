import { MemoryReadDatabase } from "../support/memory-read-database.js";
import { rowStoreContract } from "./row-store.contract.js";

rowStoreContract("the in-memory read database", async () => {
  const database = new MemoryReadDatabase();
  return {
    rowsOf: (projection) => database.rowsOf(projection),
    tablesOf: async ({ name }) => database.of(name)?.tables.snapshot() ?? {},
    dropSchema: async () => database.drop(),
    dispose: async () => undefined,
  };
});
