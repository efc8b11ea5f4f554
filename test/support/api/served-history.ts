// The API on a log and read models in a real PostgreSQL, made of one history by chance, the same each time.
import fc from "fast-check";
import { projections } from "../../../projections/all.js";
import { EDGE } from "../../../src/api/edge.js";
import { type Noticed } from "../../../src/api/noticing.js";
import { type Route } from "../../../src/api/route.js";
import { routesOf } from "../../../src/api/routes.js";
import { type ApiOptions } from "../../../src/api/application.js";
import { type RunningApi, serveApi } from "../../../src/api/server.js";
import { login, type Sessions } from "../../../src/application/accounts/login.js";
import { addUser } from "../../../src/application/accounts/users.js";
import { type Role, ROLES } from "../../../src/application/ports/accounts.js";
import { ChainUnavailable } from "../../../src/application/ports/chain.js";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type EventStore, type Position } from "../../../src/application/ports/event-store.js";
import { type ShownChain } from "../../../src/application/queries/soon.js";
import { parseStreamName, type TzAddress } from "../../../src/domain/identifiers.js";
import { type Clock } from "../../../src/application/ports/system.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { createPool, endPool, transact as transactIn } from "../../../src/infrastructure/postgres/pool.js";
import { type Transact } from "../../../src/readmodel/database.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { accountsOver, done, PASSWORD } from "../accounts.js";
import { histories } from "../history/histories.js";
import { BAKER } from "../payouts.js";
import { freshDatabase } from "../postgres.js";
import { storeEvents } from "../stored-log.js";
import { ManualClock } from "../world/manual-clock.js";
import { referenceWorld } from "../world/scenario.js";
import { SteppedClock } from "../world/stepped-clock.js";
import { sourcesOn } from "./sources-on.js";

/** Waits for nothing: what is not there now does not come. */
const clock: Clock = { now: () => new Date(), sleep: () => Promise.resolve() };
/** By role; nobody's is no token at all. */
export type Tokens = Readonly<Record<Role | "nobody", string>>;

/** Of users who are there: one of each role, which is the name. */
export const logIn = async (sessions: Sessions): Promise<Tokens> => {
  const tokenOf = async (name: Role): Promise<string> =>
    done(await login(sessions, { name, password: PASSWORD, address: "10.0.0.1" })).accessToken;
  return {
    viewer: await tokenOf("viewer"),
    operator: await tokenOf("operator"),
    admin: await tokenOf("admin"),
    nobody: "of-nobody",
  };
};

/** Adds a user of each role, and logs them in. */
export const openSessions = async (sessions: Sessions): Promise<Tokens> => {
  for (const name of ROLES) await addUser(sessions, { name, role: name, password: PASSWORD });
  return logIn(sessions);
};

const paidBy = (events: readonly LoggedEvent[], hash: string): string => {
  const signed = events.find(({ event }) => event.type === "OperationSigned" && event.data.hash === hash);
  return parseStreamName(signed?.stream ?? "").elements[0] ?? "";
};

export interface ServedHistory {
  readonly port: number;
  /** Other routes over the same sources, or in another way. */
  serve(routes: readonly Route[], over?: Partial<ApiOptions>): Promise<RunningApi>;
  /** The log that the read models are made of, and the time of what is served. */
  readonly store: EventStore;
  readonly apiClock: SteppedClock;
  readonly tokens: Tokens;
  readonly clock: ManualClock;
  /** Of the last event that the read models show. */
  readonly head: Position;
  /** The log. */
  readonly events: readonly LoggedEvent[];
  /** A value for each name in the paths, of what is there. */
  readonly samples: Readonly<Record<string, string>>;
  /** What should not have happened. */
  readonly reports: readonly unknown[];
  /** Logins and the like, and who was turned away. */
  readonly notices: readonly Noticed[];
  close(): Promise<void>;
}

/** What is served: who pays, events that are put into the log, and the node beside it. */
export interface Told {
  readonly baker: TzAddress;
  readonly fill: (store: EventStore) => ReturnType<typeof storeEvents>;
  readonly chain: ShownChain;
}

const silent: ShownChain = {
  head: () => Promise.reject(new ChainUnavailable("head", { cause: "no node" })),
  account: () => Promise.reject(new ChainUnavailable("account", { cause: "no node" })),
  constants: () => Promise.reject(new ChainUnavailable("constants", { cause: "no node" })),
  feeRates: () => Promise.reject(new ChainUnavailable("feeRates", { cause: "no node" })),
};

export const serveHistory = (): Promise<ServedHistory> => {
  const [told] = fc.sample(histories(600), { numRuns: 1, seed: 8 });
  return serveTold({ baker: BAKER, fill: (store) => storeEvents(store, told?.events ?? []), chain: silent });
};

export const serveTold = async ({ baker, fill, chain }: Told): Promise<ServedHistory> => {
  const database = await freshDatabase();
  const pool = createPool({ url: database.url, applicationName: "test" });
  const transact: Transact = (work) => transactIn(pool, work);
  const store = new PostgresLog({ url: database.url, applicationName: "test" });
  const { events } = await fill(store);
  const last = events.at(-1);
  if (last === undefined) throw new Error("nothing happened");
  const storeId = await store.storeId();
  for (const projection of projections) {
    const rowStore = new ProjectionStore(transact, projection);
    const changes = events.flatMap((event) => projection.apply(event));
    const isWritten = await rowStore.commit(await rowStore.open(storeId), last, changes);
    if (!isWritten) throw new Error("not committed");
  }
  const time = new ManualClock(Date.UTC(2026, 0, 1));
  const apiClock = new SteppedClock(last.recordedAt.getTime());
  const sessions = accountsOver(pool, time);
  const sources = sourcesOn({
    ...{ baker, pool, store, sessions, world: referenceWorld(), reading: { chain, clock } },
    clocks: { commands: time, live: apiClock },
  });
  const { rows } = (await sources.read.payments({ limit: 500, direction: "ascending", sort: "cycle" })).value;
  const paid = rows.find((row) => row.result === "paid" && row.operationHash !== null && row.cycle !== null);
  if (!paid?.operationHash || paid.cycle === null) throw new Error("nobody was paid");
  const reports: unknown[] = [];
  const notices: Noticed[] = [];
  const options = {
    ...{ sources, version: "test" },
    ...{ clock: apiClock, edge: { ...EDGE, rates: { perPrincipal: 1_000_000, perAddress: 1_000_000 } } },
    report: (error: unknown) => reports.push(error),
    notice: (noticed: Noticed) => notices.push(noticed),
  };
  const serve = (some: readonly Route[], over: Partial<ApiOptions> = {}) =>
    serveApi({ ...options, ...over, routes: some }, 0);
  const api = await serve(routesOf({ public: true }));
  return {
    port: api.port,
    ...{ serve, store, apiClock },
    tokens: await openSessions(sessions),
    clock: time,
    head: last.position,
    events,
    samples: {
      cycle: `${paid.cycle}`,
      payout: paid.payout,
      obligation: paid.obligation.slice(paid.payout.length + 1),
      hash: paid.operationHash,
      delegator: paid.delegator,
      wallet: paidBy(events, paid.operationHash),
    },
    reports,
    notices,
    close: async () => {
      const closing = api.close();
      apiClock.advance(60_000); // nobody waits for what a test has left
      await closing;
      await store.close();
      await endPool(pool);
      await database.drop();
    },
  };
};
