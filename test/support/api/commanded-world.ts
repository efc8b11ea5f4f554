// The API on what has happened in a world: its log in a real PostgreSQL, its chain as it stands.
import { EDGE } from "../../../src/api/edge.js";
import { routes } from "../../../src/api/routes.js";
import { serveApi } from "../../../src/api/server.js";
import { type Role } from "../../../src/application/ports/accounts.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { createPool, endPool } from "../../../src/infrastructure/postgres/pool.js";
import { accountsOver } from "../accounts.js";
import { BAKER } from "../chain-model.js";
import { freshDatabase } from "../postgres.js";
import { ManualClock } from "../world/manual-clock.js";
import { type World } from "../world/world.js";
import { type Answered, answered } from "./answered.js";
import { copyInto } from "./commanding.js";
import { logIn, openSessions } from "./served-history.js";
import { sourcesOn } from "./sources-on.js";

/** One command: the method and path, what is sent with it. */
export interface Said {
  readonly command: `${"POST" | "PUT" | "DELETE" | "GET"} /${string}`;
  readonly body?: unknown;
  readonly by?: Role | "nobody";
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServedWorld {
  readonly port: number;
  say(said: Said): Promise<Answered>;
  readonly clock: ManualClock;
  /** Anew: sessions end. */
  login(): Promise<void>;
  /** What was written since the world was copied. */
  written(): Promise<readonly LoggedEvent[]>;
  readonly reports: readonly unknown[];
  close(): Promise<void>;
}

let keys = 0;

export const serveWorld = async (world: World): Promise<ServedWorld> => {
  const database = await freshDatabase();
  const pool = createPool({ url: database.url, applicationName: "test" });
  const store = new PostgresLog({ url: database.url, applicationName: "test-log" });
  await copyInto(store, world);
  const log = new CodedEventLog(store);
  const copied = await store.head();
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const sessions = accountsOver(pool, clock);
  const reports: unknown[] = [];
  const sources = sourcesOn({
    ...{ baker: BAKER, pool, store, sessions, world, reading: { chain: world.chain, clock } },
    clocks: { commands: clock, live: clock },
  });
  const report = (error: unknown) => reports.push(error);
  const edge = { ...EDGE, rates: { perPrincipal: 1_000_000, perAddress: 1_000_000 } };
  const api = await serveApi(
    { routes, sources, version: "test", report, notice: () => undefined, clock, edge },
    0,
  );
  let tokens = await openSessions(sessions);
  const written = async () => {
    const found: LoggedEvent[] = [];
    const enough = new AbortController();
    for await (const message of log.subscribeAll({ after: copied, signal: enough.signal })) {
      if (message.kind === "event") found.push(message.event);
      else enough.abort();
    }
    return found;
  };
  return {
    port: api.port,
    say: ({ command, body, by = "admin", key = `key-${(keys += 1)}`, headers = {} }) => {
      const [method = "", path = ""] = command.split(" ");
      return answered(
        fetch(`http://127.0.0.1:${api.port}/api/v1${path}`, {
          method,
          headers: {
            "idempotency-key": key,
            ...(by === "nobody" ? {} : { authorization: `Bearer ${tokens[by]}` }),
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
    },
    clock,
    login: async () => {
      tokens = await logIn(sessions);
    },
    written,
    reports,
    close: async () => {
      await api.close();
      await store.close();
      await endPool(pool);
      await database.drop();
    },
  };
};
