// What is lost when the process that pays is killed in the middle of a large cycle: another stands by, or the only
// one is started again. Blocks come as fast as they are paid in, but at mainnet's pace around the kill: how long the
// lease of the dead lasts and how long a new process reads are matters of seconds, not of blocks.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/demo.js";
import { largeGenesis } from "../../src/sandbox/genesis.js";
import { bakerOn, type Environment, killWhatRuns, Running, taps } from "../support/whole/taps.js";
import { until } from "../support/until.js";
import { print, say } from "./figure.js";
import { assertEveryoneIsPaidOnce, paymentsOn } from "./paid.js";

const FAST_MS = 200;
/** Mainnet's. */
const SLOW_MS = 6_000;
const BLOCKS_PER_CYCLE = 2_000;
/** What is paid at each pace before a kill: a quarter of the largest cycle, and then two operations. */
const FAST_TRANSFERS = 15_000;
const SLOW_TRANSFERS = 494;

const name = (count: number) => `a payer killed while it pays ${count} delegators`;

/** The last counter of the wallet that a block has consumed, and the last one on its way. */
const countersOf = ({ control: { chain }, payer }: RunningSandbox) => {
  const consumed = chain.account(payer)?.counter ?? 0n;
  const own = chain
    .mempool()
    .flatMap(({ operation }) => operation.contents.filter((c) => c.source === payer));
  return { consumed, sent: own.reduce((last, { counter }) => (counter > last ? counter : last), consumed) };
};

const untilPaid = async (sandbox: RunningSandbox, transfers: number): Promise<void> => {
  const goal = countersOf(sandbox).consumed + BigInt(transfers);
  await until(() => countersOf(sandbox).consumed >= goal);
};

/** Kills the payer at mainnet's pace, and tells what passes until the next operation is sent, and is in a block. */
const measure = async (
  sandbox: RunningSandbox,
  what: string,
  victim: Running,
  replace: () => void,
): Promise<void> => {
  const { control } = sandbox;
  await untilPaid(sandbox, FAST_TRANSFERS);
  control.setBlockTime(SLOW_MS);
  await untilPaid(sandbox, SLOW_TRANSFERS);
  let { consumed } = countersOf(sandbox);
  let empty = 0;
  const forget = control.onHead(() => {
    const now = countersOf(sandbox).consumed;
    if (now === consumed) empty += 1;
    consumed = now;
  });
  const start = performance.now();
  await victim.stop("SIGKILL");
  replace();
  const last = countersOf(sandbox).sent;
  await until(() => countersOf(sandbox).sent > last);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  await until(() => countersOf(sandbox).consumed > last);
  forget();
  control.setBlockTime(FAST_MS);
  print({ name: `${what}: until the next operation is sent`, value: seconds, unit: "s" });
  print({
    name: `${what}: blocks of 6 s without an operation`,
    value: empty,
    unit: "blocks",
    aim: { below: 3 },
  });
};

export const benchKill = async (count: number): Promise<void> => {
  say(`${name(count)}: making the chain ...`);
  const folder = await mkdtemp(join(tmpdir(), "taps-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres") });
  const sandbox = await startSandbox({
    blockTime: "manual",
    genesis: largeGenesis(count, BLOCKS_PER_CYCLE),
  });
  const settings = { DATABASE_URL: postgres.url, ...bakerOn(sandbox.rpcUrl, sandbox.baker) };
  const envOf = (machine: string): Environment => ({
    ...settings,
    TAPS_DATA_DIR: join(folder, machine),
    TAPS_ROLES: "worker",
  });
  const start = (machine: string) => Running.start(envOf(machine), ["start"]);
  try {
    await taps(envOf("first"), ["wallet", "import"], sandbox.payerSecretKey);
    await taps(envOf("first"), ["mode", "on"]);
    Running.start({ ...envOf("projector"), TAPS_ROLES: "projector" }, ["start"]);
    const first = start("first");
    sandbox.control.setBlockTime(FAST_MS);
    await first.prints(/FINAL/);
    const second = start("second");
    say(`${name(count)}: another stands by ...`);
    await measure(sandbox, `${name(count)}, another stands by`, first, () => undefined);
    say(`${name(count)}: it is started again ...`);
    const again: Running[] = [];
    await measure(sandbox, `${name(count)}, it is started again`, second, () => {
      again.push(start("second"));
    });
    await again[0]?.prints(/cycle 0 +SETTLED/);
    assertEveryoneIsPaidOnce(paymentsOn(sandbox).times, count);
  } finally {
    await killWhatRuns();
    await sandbox.stop();
    await postgres.stop();
    await rm(folder, { recursive: true });
  }
};
