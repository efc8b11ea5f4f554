// A process that serves the API on the read models of a database, to a viewer with an API token: sends where, once, then
// ten times a second how much memory it has. It ends with who started it.
import { EDGE } from "../../src/api/edge.js";
import { routesOf } from "../../src/api/routes.js";
import { serveApi } from "../../src/api/server.js";
import { createApiToken } from "../../src/application/accounts/api-tokens.js";
import { addUser } from "../../src/application/accounts/users.js";
import { Argon2Hasher } from "../../src/infrastructure/accounts/argon2.js";
import { JwtSigner } from "../../src/infrastructure/accounts/jwt.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { PostgresAccounts } from "../../src/infrastructure/postgres/accounts.js";
import { createPool } from "../../src/infrastructure/postgres/pool.js";
import { systemClock } from "../../src/infrastructure/system-clock.js";
import { sourcesOn } from "../support/api/sources-on.js";
import { BAKER } from "../support/payouts.js";
import { referenceWorld } from "../support/world/scenario.js";
import { say } from "./figure.js";
import { type Told } from "./served.js";

/** As `taps start` has them. */
const CONNECTIONS = 20;
const TELL_MS = 100;

const tell = (told: Told): void => {
  process.send?.(told);
};

const [url = ""] = process.argv.slice(2);
const pool = createPool({ url, applicationName: "taps", max: CONNECTIONS });
const store = new PostgresLog({ url, applicationName: "taps-log" });
const sessions = {
  store: new PostgresAccounts(pool),
  hasher: new Argon2Hasher(),
  signer: new JwtSigner("a secret of the figures, and of nothing else"),
  clock: systemClock,
};
await addUser(sessions, { name: "viewer", role: "viewer", password: "correct horse battery staple" });
const made = await createApiToken(sessions, { name: "bench", scopes: ["read"], user: "viewer", days: 1 });
if ("refused" in made) throw new Error(`no token: ${made.refused}`);
const world = referenceWorld();
const clock = systemClock;
const sources = sourcesOn({
  ...{ baker: BAKER, pool, store, sessions, world, reading: { chain: world.chain, clock } },
  clocks: { commands: clock, live: clock },
});
/** Of one that asks as much as all others together. */
const edge = { ...EDGE, rates: { perPrincipal: 1_000_000, perAddress: 1_000_000 } };
const routes = routesOf({ public: true });
const report = (error: unknown, request: string): void => say(`request ${request}: ${String(error)}`);
const notice = (): void => undefined;
const api = await serveApi({ routes, sources, version: "bench", report, notice, clock, edge }, 0);
tell({ port: api.port, token: made.secret });
setInterval(() => tell({ memory: process.memoryUsage.rss() }), TELL_MS);
process.on("disconnect", () => process.exit());
