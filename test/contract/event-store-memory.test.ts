import { MemoryEventStore } from "../support/memory-event-store.js";
import { eventStoreContract } from "./event-store.contract.js";

eventStoreContract("the in-memory store", async () => {
  const store = new MemoryEventStore(() => new Date("2026-01-01T00:00:00Z"));
  return { store, dispose: () => store.close() };
});
