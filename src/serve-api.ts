// The query API of this process, where it has what it needs.
import { createRequire } from "node:module";
import { z } from "zod";
import { openAccounts } from "./accounts.js";
import { inspectionOf } from "./application/read-side/inspection.js";
import { Repository } from "./application/repository.js";
import { type Cleanup } from "./cleanup.js";
import { type Get } from "./composition.js";
import { type Config } from "./config.js";
import { eventReading } from "./infrastructure/eventstore/codec.js";
import { transact } from "./infrastructure/postgres/pool.js";
import { systemClock } from "./infrastructure/system-clock.js";
import { type Logger } from "./infrastructure/telemetry/logging.js";
import { limitOnChain } from "./infrastructure/tezos/constants.js";
import { openReadModels } from "./read-models.js";
import { type Transact } from "./readmodel/database.js";
import { pastOf } from "./readmodel/past.js";
import { readSideOf } from "./readmodel/queries/read-side.js";
import { readStatus } from "./readmodel/status.js";
import { SetupError } from "./setup-error.js";
import { projections } from "../projections/all.js";

const release = z.object({ version: z.string() });

/** Listens unless this process has not the role, or nothing to sign its tokens with. Throws `SetupError`. */
export const openApi = async (
  { TAPS_ROLES, JWT_SECRET, PORT }: Config,
  get: Get,
  logger: Logger,
  cleanups: Cleanup[],
): Promise<void> => {
  if (!TAPS_ROLES.has("api") || JWT_SECRET === undefined) return;
  const [{ serveApi }, { routes }, { JwtSigner }] = await Promise.all([
    import("./api/server.js"),
    import("./api/routes.js"),
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
  try {
    const api = await serveApi({ routes, sources: { read, past, inspect, sessions }, version, report }, PORT);
    cleanups.push(() => api.close());
    logger.info("api", { port: api.port });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new SetupError(`PORT cannot be listened on: ${String(error.code)}`);
  }
};
