// A large baker's cycle, from its end until all is settled: the sandbox in this process; payer and projector as a
// baker of that size runs them, each a process with a role of its own.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSandbox, type RunningSandbox } from "../../src/sandbox/demo.js";
import { largeGenesis } from "../../src/sandbox/genesis.js";
import { bakerOn, Running, taps } from "../support/whole/taps.js";
import { until } from "../support/until.js";
import { print, say } from "./figure.js";
import { assertEveryoneIsPaidOnce, paymentsOn } from "./paid.js";

/** A block comes so often, whether or not anything is pending. */
const BLOCK_TIME_MS = 200;
const BLOCKS_PER_CYCLE = 2_000;
/** Transfers in one operation: half a block's gas at 2,100 each; a wallet has one operation in a block. */
const TRANSFERS_PER_BLOCK = 247;

/** Megabytes that a process held at most (Linux). */
const peakMemory = async (pid: number): Promise<number> => {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kilobytes) / 1_024);
};

const tellProgress = (sandbox: RunningSandbox, count: number): NodeJS.Timeout =>
  setInterval(() => {
    const { levels, times } = paymentsOn(sandbox);
    say(
      `  block ${sandbox.control.chain.head.level}: ${times.size} of ${count} paid in ${levels.length} blocks`,
    );
  }, 10_000);

export const benchCycle = async (count: number): Promise<void> => {
  const name = `a cycle of ${count} delegators`;
  say(`${name}: making the chain ...`);
  const folder = await mkdtemp(join(tmpdir(), "taps-bench-"));
  const sandbox = await startSandbox({
    blockTime: "manual",
    genesis: largeGenesis(count, BLOCKS_PER_CYCLE),
  });
  const env = { TAPS_DATA_DIR: folder, ...bakerOn(sandbox.rpcUrl, sandbox.baker) };
  await taps(env, ["wallet", "import"], sandbox.payerSecretKey);
  await taps(env, ["mode", "on"]);
  const payer = Running.start({ ...env, TAPS_ROLES: "worker" }, ["start"]);
  const projector = Running.start({ ...env, TAPS_ROLES: "projector" }, ["start"]);
  const progress = tellProgress(sandbox, count);
  try {
    say(`${name}: a block every ${BLOCK_TIME_MS} ms ...`);
    sandbox.control.setBlockTime(BLOCK_TIME_MS);
    await until(() => sandbox.control.chain.head.level >= BLOCKS_PER_CYCLE);
    const start = performance.now();
    await payer.prints(/cycle 0 +SETTLED/);
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    const { levels, times } = paymentsOn(sandbox);
    assertEveryoneIsPaidOnce(times, count);
    const used = (levels.at(-1) ?? NaN) - (levels[0] ?? NaN) + 1;
    const fewest = Math.ceil(count / TRANSFERS_PER_BLOCK);
    print({ name: `${name}: blocks used (fewest possible: ${fewest})`, value: used, unit: "blocks" });
    const ratio = Math.ceil((used / fewest) * 10_000) / 10_000;
    print({ name: `${name}: blocks used / fewest possible`, value: ratio, unit: "", aim: { atMost: 1.02 } });
    print({ name: `${name}: from its end until it is settled`, value: seconds, unit: "s" });
    const memory = await peakMemory(payer.pid);
    print({ name: `${name}: peak memory of the payer`, value: memory, unit: "MB", aim: { below: 600 } });
  } finally {
    clearInterval(progress);
    await projector.stop("SIGTERM");
    await payer.stop("SIGTERM");
    await sandbox.stop();
    await rm(folder, { recursive: true });
  }
};
