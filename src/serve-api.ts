// The query API of this process, where it has what it needs.
import { createRequire } from "node:module";
import { z } from "zod";
import { openAccounts } from "./accounts.js";
import { type Commanding, doingOn } from "./api/commanding.js";
import { type Edge } from "./api/edge.js";
import { type Noticed } from "./api/noticing.js";
import { inspectionOf } from "./application/read-side/inspection.js";
import { Repository } from "./application/repository.js";
import { type Cleanup } from "./cleanup.js";
import { type Get } from "./composition.js";
import { type Config } from "./config.js";
import { eventReading } from "./infrastructure/eventstore/codec.js";
import { PostgresAnswers } from "./infrastructure/postgres/answers.js";
import { transact } from "./infrastructure/postgres/pool.js";
import { systemClock } from "./infrastructure/system-clock.js";
import { type Logger } from "./infrastructure/telemetry/logging.js";
import { limitOnChain } from "./infrastructure/tezos/constants.js";
import { TzktOperations } from "./infrastructure/tezos/tzkt-operations.js";
import { TzktTransfers } from "./infrastructure/tezos/tzkt-transfers.js";
import { openReadModels } from "./read-models.js";
import { type Transact } from "./readmodel/database.js";
import { pastOf } from "./readmodel/past.js";
import { readSideOf } from "./readmodel/queries/read-side.js";
import { readStatus } from "./readmodel/status.js";
import { SetupError } from "./setup-error.js";
import { projections } from "../projections/all.js";

const release = z.object({ version: z.string() });

/** What commands over HTTP are carried out with: the same as those of the command line. */
const openCommanding = async (get: Get): Promise<Commanding> => {
  const [acts, log, source, baseUrl] = await Promise.all([
    get("acts"),
    get("log"),
    get("source"),
    get("tzktUrl"),
  ]);
  const tzkt = { baseUrl, clock: systemClock };
  const limitOf = async () => limitOnChain(await get("chain"));
  return {
    doing: doingOn(acts),
    answers: new PostgresAnswers(await get("pool")),
    clock: systemClock,
    evidence: { log, source, transfers: new TzktTransfers(tzkt) },
    operations: new TzktOperations(tzkt),
    compute: { source, limitOf },
  };
};

const edgeOf = ({ TRUST_PROXY, CORS_ORIGINS }: Config, standard: Edge): Edge => ({
  ...standard,
  trustProxy: TRUST_PROXY,
  origins: CORS_ORIGINS,
});

/** Listens unless this process has not the role, or nothing to sign its tokens with. Throws `SetupError`. */
export const openApi = async (
  config: Config,
  get: Get,
  logger: Logger,
  cleanups: Cleanup[],
): Promise<void> => {
  const { TAPS_ROLES, JWT_SECRET, PORT, PUBLIC_API } = config;
  if (!TAPS_ROLES.has("api") || JWT_SECRET === undefined) return;
  const [{ serveApi }, { routesOf }, { openLog }, { EDGE }, { JwtSigner }] = await Promise.all([
    import("./api/server.js"),
    import("./api/routes.js"),
    import("./api/log.js"),
    import("./api/edge.js"),
    import("./infrastructure/accounts/jwt.js"),
  ]);
  const [baker, pool, chain] = await Promise.all([get("baker"), get("pool"), get("chain")]);
  const [log, store] = await Promise.all([get("log"), get("store")]);
  const through: Transact = (work) => transact(pool, work);
  const read = readSideOf(baker, { transact: through, chain, clock: systemClock });
  const past = pastOf({ baker, log, store, clock: systemClock, projections });
  const inspect = inspectionOf({
    ...{ baker, log, store, chain, clock: systemClock, reading: eventReading },
    repository: new Repository(log),
    readModels: await openReadModels(get),
    standing: () => readStatus(through, store, projections, [], systemClock.now()),
    limitOf: () => limitOnChain(chain),
  });
  const sessions = { ...(await openAccounts(get)), signer: new JwtSigner(JWT_SECRET.reveal()) };
  const { version } = release.parse(createRequire(import.meta.url)("../../package.json"));
  const report = (error: unknown, request: string): void => {
    logger.error("a request failed", { request, why: error instanceof Error ? error.stack : error });
  };
  const notice = (noticed: Noticed): void => {
    logger[noticed.status < 400 ? "info" : "warn"]("access", noticed);
  };
  const commands = await openCommanding(get);
  const sources = { read, past, inspect, sessions, commands, ...openLog(store, eventReading, systemClock) };
  const edge = edgeOf(config, EDGE);
  const routes = routesOf({ public: PUBLIC_API === "on" });
  try {
    const api = await serveApi({ routes, sources, version, report, notice, clock: systemClock, edge }, PORT);
    cleanups.push(() => api.close());
    logger.info("api", { port: api.port });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new SetupError(`PORT cannot be listened on: ${String(error.code)}`);
  }
};
