// npm run bench [allocation | log | restart | cycle | kill | simulation | projections | memory]...: one JSON line a
// figure on standard output, progress on standard error.
import { benchAllocation } from "./allocation.js";
import { benchCycle } from "./cycle.js";
import { benchKill } from "./kill.js";
import { benchMemory, benchProjections } from "./projections.js";
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
  cycle: () => benchCycle(DELEGATORS),
  kill: () => benchKill(DELEGATORS),
  simulation: benchSimulation,
  projections: benchProjections,
  memory: benchMemory,
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in parts));
if (unknown !== undefined) {
  process.stderr.write(`there is no part ${unknown}: ${Object.keys(parts).join(", ")}\n`);
  process.exitCode = 2;
} else {
  for (const name of asked.length > 0 ? asked : Object.keys(parts)) await parts[name]?.();
}
