// `taps start`: the demo without a node, a real baker with one.
import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureRegistered, registerPayer } from "./application/commands/registration.js";
import { switchMode } from "./application/commands/mode.js";
import { type Signer, SignerUnavailable } from "./application/ports/chain.js";
import {
  type EventMetadata,
  type Position,
  START,
  StoreUnavailable,
} from "./application/ports/event-store.js";
import { Checkpointer } from "./application/process/checkpointer.js";
import { PayerProcess, type Report } from "./application/process/payer-process.js";
import { runAll } from "./application/process/run-all.js";
import { describeEvent, PayoutSummary } from "./application/queries/progress.js";
import { Repository } from "./application/repository.js";
import { openAuditKey } from "./audit.js";
import { type Cleanup } from "./cleanup.js";
import { type Get } from "./composition.js";
import { type TzAddress } from "./domain/identifiers.js";
import { type SigningKey } from "./domain/proof/note.js";
import { type Config, hasSigner, productionMistakes } from "./config.js";
import { bakerOf } from "./application/aggregates.js";
import { CheckpointFolder } from "./infrastructure/audit/checkpoint-files.js";
import { installationIdentity, unsafeSettings } from "./infrastructure/postgres/identity.js";
import { PostgresLease } from "./infrastructure/postgres/lease.js";
import { DurableWitness } from "./infrastructure/postgres/witness.js";
import { systemClock } from "./infrastructure/system-clock.js";
import { type Logger } from "./infrastructure/telemetry/logging.js";
import { serveMetrics } from "./infrastructure/telemetry/metrics-server.js";
import { projectionMetrics } from "./infrastructure/telemetry/metrics.js";
import { TezosOperationCodec } from "./infrastructure/tezos/forging.js";
import { LazySigner } from "./infrastructure/tezos/signers/lazy.js";
import { NativeSigner } from "./infrastructure/tezos/signers/native.js";
import { TzktSource } from "./infrastructure/tezos/tzkt.js";
import { demoFile } from "./network.js";
import { createProjector } from "./read-models.js";
import { type ProjectionRunner } from "./readmodel/engine.js";
import { readFigures } from "./readmodel/figures.js";
import { openApi } from "./serve-api.js";
import { openSigner } from "./signing.js";
import { type RunningSandbox, startSandbox } from "./sandbox/demo.js";
import { demoChainId } from "./sandbox/genesis.js";
import { chainExists } from "./sandbox/journal.js";
import { SetupError } from "./setup-error.js";

export interface Starting {
  readonly config: Config;
  readonly get: Get;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
  readonly logger: Logger;
  readonly cleanups: Cleanup[];
  readonly metadata: () => EventMetadata;
}

const BLOCK_TIME_MS = 1_000;
/** Cycles after which the demo adds up. */
const DEMO_CYCLES = 3;

/** The simulated chain, and where the commands beside the demo find it. A log without its chain is refused. */
const openDemo = async ({ config, cleanups, get }: Starting): Promise<RunningSandbox> => {
  const dir = join(config.TAPS_DATA_DIR, demoChainId(), "chain");
  if (!chainExists(dir) && (await (await get("log")).head()) > START) {
    const remove = join(config.TAPS_DATA_DIR, demoChainId());
    throw new SetupError(`the demo's log is there but its chain is not: remove ${remove} to begin anew`);
  }
  const sandbox = await startSandbox({ dir, blockTime: BLOCK_TIME_MS });
  cleanups.push(async () => {
    await sandbox.stop();
    await rm(demoFile(config), { force: true });
  });
  await writeFile(demoFile(config), JSON.stringify({ rpcUrl: sandbox.rpcUrl, baker: sandbox.baker }));
  return sandbox;
};

const prepareDemo = async (starting: Starting, sandbox: RunningSandbox): Promise<void> => {
  const acts = { ...(await starting.get("acts")), startCycle: sandbox.firstCycle };
  const { onSince, payer } = await ensureRegistered(acts);
  if (payer === undefined) await registerPayer(acts, sandbox.payer);
  if (onSince === undefined) await switchMode(acts, "on");
};

const requireProduction = async ({ config, get }: Starting): Promise<void> => {
  const mistakes = productionMistakes(config);
  if (mistakes.length > 0) {
    throw new SetupError(mistakes.map(({ variable, problem }) => `${variable} ${problem}`).join("\n"));
  }
  if (config.NODE_ENV !== "production") return;
  const unsafe = await unsafeSettings(await get("pool"));
  if (unsafe.length > 0) throw new SetupError(`the log's database must have ${unsafe.join(", ")} on`);
  const { mode } = (await new Repository(await get("log")).load(bakerOf(await get("baker")))).state;
  if (mode === "on" && !hasSigner(config))
    throw new SetupError("mode on needs SIGNER_URL, or WALLET_ENCRYPTION_KEY");
};

/** Waiting that is the ordinary course of things, or what somebody has asked for. */
const ORDINARY = new Set(["nothing-to-pay", "operation-pending", "not-leader", "mode", "rewards-missing"]);

const levelOf = (report: Report): "warn" | "info" | "debug" => {
  if (report.kind === "rewards") return "info";
  return report.kind === "waiting" && ORDINARY.has(report.waiting.reason) ? "debug" : "warn";
};

/** Logs what the process waits for when it changes. */
const reporter = (logger: Logger) => {
  let last = "";
  return (report: Report): void => {
    const text = JSON.stringify(report, (_, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value instanceof Error ? value.message : value,
    );
    if (text === last) return;
    last = text;
    logger[levelOf(report)](report.kind, { report: JSON.parse(text) as unknown });
  };
};

/** What is wrong with the key is said again and again while the rest goes on: a process that ends watches nothing. */
const openToPay = async ({ config, get }: Starting, payer: TzAddress | undefined): Promise<Signer> => {
  try {
    return await openSigner(config, get, payer);
  } catch (error) {
    if (error instanceof StoreUnavailable || error instanceof SignerUnavailable) throw error;
    throw new SignerUnavailable(error instanceof Error ? error.message : String(error), { cause: error });
  }
};

/** The process asks again by itself. One reply must not outlast the lease, which is renewed before each question. */
const IMPATIENT = { tries: 1, timeoutMs: 8_000 };

/** Which wallet pays, whenever it is asked. */
const payerNow = async ({ get }: Starting): Promise<() => Promise<TzAddress | undefined>> => {
  const repository = new Repository(await get("log"));
  const baker = bakerOf(await get("baker"));
  return async () => (await repository.load(baker)).state.payer;
};

const createProcess = async (starting: Starting, signer: Signer): Promise<PayerProcess> => {
  const { get, metadata, logger } = starting;
  const [log, chain, pool, folder] = await Promise.all([
    get("log"),
    get("chain"),
    get("pool"),
    get("folder"),
  ]);
  const lease = new PostgresLease(pool, { name: "payer" });
  const patience = { ...IMPATIENT, beforeEach: () => lease.hold() };
  return new PayerProcess(
    {
      baker: await get("baker"),
      log,
      repository: new Repository(log),
      chain,
      codec: new TezosOperationCodec(),
      signer,
      source: new TzktSource({ baseUrl: await get("tzktUrl"), clock: systemClock, ...patience }),
      limitOf: async () => (await chain.constants((await chain.head()).hash)).limitOfDelegationOverBaking,
      lease,
      witness: new DurableWitness(pool, { name: "wallet", folder }),
      identity: () => installationIdentity(pool),
      nonce: randomUUID,
      clock: systemClock,
      metadata,
    },
    reporter(logger),
  );
};

/** Signs the log at each settled cycle, with a key that is made when TAPS first runs. */
const createCheckpointer = async (starting: Starting): Promise<Checkpointer> => {
  const { config, get, metadata, logger } = starting;
  const [baker, store, log, folder] = await Promise.all([
    get("baker"),
    get("store"),
    get("log"),
    get("folder"),
  ]);
  const key = async (): Promise<SigningKey> => {
    const made = await openAuditKey(config, get, { make: true });
    if (made === undefined) throw new Error("no audit key");
    return made;
  };
  const files = new CheckpointFolder(join(folder, "checkpoints"));
  const repository = new Repository(log);
  return new Checkpointer({ baker, store, repository, key, files, clock: systemClock, metadata }, (problem) =>
    logger.warn("no checkpoint", { problem: problem.message }),
  );
};

/** Prints a line a step from here on. */
const present = async ({ get, tell }: Starting, after: Position, signal: AbortSignal): Promise<void> => {
  for await (const message of (await get("log")).subscribeAll({ after, signal })) {
    const line = message.kind === "event" ? describeEvent(message.event) : undefined;
    if (line !== undefined) tell(line);
  }
};

/** Adds up every three cycles of the demo that settle from here on. */
const addUp = async ({ get, tell }: Starting, after: Position, signal: AbortSignal): Promise<void> => {
  const summary = new PayoutSummary();
  let told: number | undefined;
  for await (const message of (await get("log")).subscribeAll({ after: START, signal })) {
    if (message.kind !== "event") continue;
    const { event, stream, position } = message.event;
    if (position > after) told ??= summary.count;
    summary.add(event, stream);
    if (told === undefined || summary.count < told + DEMO_CYCLES) continue;
    told = summary.count;
    tell(`\n${summary.lines(DEMO_CYCLES).join("\n")}`);
    tell(`Everyone was paid once. Try now, in another terminal: npx --no-install taps status\n`);
  }
};

/** Answers Prometheus until the very end: what the process does while it stops is seen too. */
const openMetrics = async (starting: Starting, runners: readonly ProjectionRunner[]): Promise<void> => {
  const { config, get, logger, cleanups } = starting;
  if (config.METRICS_PORT === undefined) return;
  const store = await get("store");
  try {
    const server = await serveMetrics({
      port: config.METRICS_PORT,
      token: config.METRICS_TOKEN?.reveal(),
      registry: projectionMetrics(() => readFigures(runners, store, systemClock)),
      report: (error) => logger.error("no metrics", { why: error instanceof Error ? error.message : error }),
    });
    cleanups.push(() => server.close());
    logger.info("metrics", { address: server.address, port: server.port });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new SetupError(`METRICS_PORT cannot be listened on: ${String(error.code)}`);
  }
};

/** Starts everything that `TAPS_ROLES` names and runs it until the signal is aborted. */
export const startPaying = async (starting: Starting): Promise<void> => {
  const { config, get, tell, signal } = starting;
  if (config.TEZOS_RPC_URL !== undefined || config.NODE_ENV === "production")
    await requireProduction(starting);
  const demo = config.TEZOS_RPC_URL === undefined ? await openDemo(starting) : undefined;
  if (demo) {
    tell(
      `TAPS demo: simulated chain ${demo.chainId}, 736 recorded mainnet delegators; Ctrl-C stops it, and it goes on where it was`,
    );
    await prepareDemo(starting, demo);
  } else await ensureRegistered(await get("acts"));
  const after = await (await get("log")).head();
  const signer = new LazySigner(await payerNow(starting), (payer) =>
    demo ? NativeSigner.fromSecret(demo.payerSecretKey) : openToPay(starting, payer),
  );
  const parts: ((signal: AbortSignal) => Promise<void>)[] = [(until) => present(starting, after, until)];
  if (demo) parts.push((until) => addUp(starting, after, until));
  if (config.TAPS_ROLES.has("worker")) {
    const process = await createProcess(starting, signer);
    const checkpointer = await createCheckpointer(starting);
    parts.push(
      (until) => process.run(until),
      (until) => checkpointer.run(until),
    );
  }
  const projector = config.TAPS_ROLES.has("projector")
    ? await createProjector(get, starting.logger)
    : { runners: [], parts: [] };
  parts.push(...projector.parts);
  await openMetrics(starting, projector.runners);
  await openApi(config, get, starting.logger, starting.cleanups);
  await runAll(signal, parts);
};
