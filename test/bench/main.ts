// npm run bench [allocation | log | restart | replay | cycle | kill | proofs | simulation | projections | memory | live |
// api | api50]...: one JSON line a figure on standard output, progress on standard error. Without a name all but api50.
import { benchAllocation } from "./allocation.js";
import { benchApi } from "./api.js";
import { benchCycle } from "./cycle.js";
import { benchKill } from "./kill.js";
import { benchMemory, benchProjections } from "./projections.js";
import { benchLive } from "./live.js";
import { benchProofs } from "./proofs.js";
import { benchReplay } from "./replay.js";
import { benchRestart } from "./restart.js";
import { benchSimulation } from "./simulation.js";
import { benchEventStoreDb, benchPostgresLog } from "./stores.js";

/** Of the largest baker seen on mainnet. */
const DELEGATORS = 60_258;

const parts: Readonly<Record<string, () => Promise<void>>> = {
  allocation: () => {
    benchAllocation(DELEGATORS);
    return Promise.resolve();
  },
  log: async () => {
    await benchPostgresLog();
    await benchEventStoreDb();
  },
  restart: async () => {
    await benchRestart({ cycles: 3_650, delegators: 200, aim: 2 });
    await benchRestart({ cycles: 30, delegators: DELEGATORS, aim: 3 });
  },
  replay: () => benchReplay({ cycles: 365, delegators: 2_000, aim: 30 }),
  cycle: () => benchCycle(DELEGATORS),
  kill: () => benchKill(DELEGATORS),
  // A million events, at some twenty-one a cycle of each of ten bakers.
  proofs: () => benchProofs(4_800),
  simulation: benchSimulation,
  projections: benchProjections,
  memory: benchMemory,
  live: () => benchLive({ listeners: 500, eventsPerSecond: 100, seconds: 20 }),
  api: () => benchApi({ cycles: 5_000, paid: 1_000 }),
  api50: () => benchApi({ cycles: 5_000, paid: 10_000 }),
};

/** Fifty million rows take an hour, and more room than many a disk has. */
const usual = Object.keys(parts).filter((name) => name !== "api50");
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in parts));
if (unknown !== undefined) {
  process.stderr.write(`there is no part ${unknown}: ${Object.keys(parts).join(", ")}\n`);
  process.exitCode = 2;
} else {
  for (const name of asked.length > 0 ? asked : usual) await parts[name]?.();
}
