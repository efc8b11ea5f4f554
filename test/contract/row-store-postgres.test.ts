import { createPool, endPool, transact } from "../../src/infrastructure/postgres/pool.js";
import { ProjectionStore } from "../../src/readmodel/store.js";
import { readTables } from "../support/fold.js";
import { freshDatabase } from "../support/postgres.js";
import { rowStoreContract } from "./row-store.contract.js";

rowStoreContract("PostgreSQL", async () => {
  const database = await freshDatabase();
  const pool = createPool({ url: database.url, applicationName: "test" });
  return {
    rowsOf: (projection) => new ProjectionStore((work) => transact(pool, work), projection),
    tablesOf: (projection) => readTables(pool, projection),
    dropSchema: async () => {
      await pool.query("DROP SCHEMA read CASCADE");
    },
    dispose: async () => {
      await endPool(pool);
      await database.drop();
    },
  };
});
