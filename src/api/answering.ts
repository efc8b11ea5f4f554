// One request to one route: asked by somebody, answered, sent.
import { json, type Request, type Response } from "express";
import fresh from "fresh";
import { pipeline } from "node:stream/promises";
import { type Principal } from "../application/accounts/authenticate.js";
import { type Position } from "../application/ports/event-store.js";
import { type Clock } from "../application/ports/system.js";
import { identify, includes, requireRole } from "./authorise.js";
import { actorOf } from "./command.js";
import { csvOf } from "./csv.js";
import { jsonOf } from "./json.js";
import { sendLive } from "./live/sending.js";
import { noteWho } from "./noticing.js";
import { Problem } from "./problem.js";
import { type RateLimits } from "./rate-limit.js";
import { idOf, RETRY_AFTER_S } from "./refusal.js";
import { hasBody, type Reply, type Route, type Sources } from "./route.js";

/** How long an answer is waited for that is not there yet. */
const FRESH_WITHIN_MS = 5_000;

export interface Answering {
  readonly sources: Sources;
  readonly clock: Clock;
  readonly rates: RateLimits;
  /** The process stops serving. */
  readonly stopping: AbortSignal;
}

type Handler = (request: Request, response: Response) => Promise<void>;

const waitUntilFresh = async (
  { read }: Sources,
  { model, query: { shape } }: Route,
  query: Request["query"],
): Promise<void> => {
  const { minPosition, asOf } = query;
  if (model === undefined || !("minPosition" in shape) || asOf !== undefined) return;
  if (typeof minPosition !== "string" || !/^\d{1,19}$/.test(minPosition)) return;
  if (await read.shows(model, BigInt(minPosition) as Position, FRESH_WITHIN_MS)) return;
  throw new Problem("not-fresh", `${model} does not show event ${minPosition} yet`, {
    headers: { "retry-after": RETRY_AFTER_S },
  });
};

/** What has no version of its own changes with its read model's position, and with nothing else. */
const etagOf = ({ position, pinned, version }: Reply): string | undefined => {
  if (version !== undefined) return `"${version}"`;
  return position === undefined ? undefined : `W/"${position}${pinned === true ? "-pinned" : ""}"`;
};

/** A strong ETag is of these bytes and no others: they are not to be packed on the way. */
const cacheControlOf = ({ version }: Reply, etag: string | undefined): string => {
  if (etag === undefined) return "no-store";
  return version === undefined ? "private, no-cache" : "private, no-cache, no-transform";
};

/** Whether who asks has it already. Of the request's other headers none has a say: `fetch` sends a `cache-control`. */
const isKnown = ({ headers }: Request, etag: string): boolean =>
  fresh({ "if-none-match": headers["if-none-match"] }, { etag });

/** As fast as it is taken. One that breaks off ends the connection: nobody is to take a part for the whole. */
const stream = async (response: Response, table: NonNullable<Reply["table"]>): Promise<void> => {
  const rows = table.rows[Symbol.asyncIterator]();
  const first = await rows.next(); // what cannot be read at all is a problem, and not half a table
  async function* all() {
    try {
      if (first.done !== true) yield first.value;
      yield* { [Symbol.asyncIterator]: () => rows };
    } finally {
      await rows.return?.();
    }
  }
  response.type("text/csv").setHeader("cache-control", "no-store");
  try {
    await pipeline(csvOf({ columns: table.columns, rows: all() }), response);
  } catch (error) {
    if (!hasLeft(error)) throw error;
  }
};

/** Who asked has hung up: nothing has failed. */
const hasLeft = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";

/** What every answer of a read model says of its age, also one that is known already. */
const sayHowFar = async ({ lag }: Sources, response: Response, reply: Reply): Promise<void> => {
  const { position, pinned } = reply;
  if (position === undefined) return;
  const seconds = await lag.secondsBehind(position);
  response.setHeader("taps-position", position.toString());
  if (pinned === true) response.setHeader("taps-pinned", "true");
  if (seconds !== undefined) response.setHeader("taps-lag", String(seconds));
};

const send = (request: Request, response: Response, reply: Reply): void => {
  const etag = etagOf(reply);
  if (etag !== undefined) response.setHeader("etag", etag);
  response.setHeader("cache-control", cacheControlOf(reply, etag));
  if (reply.again === true) response.setHeader("idempotency-replayed", "true");
  const json = reply.json ?? (reply.value === undefined ? undefined : jsonOf(reply.value));
  if (etag !== undefined && isKnown(request, etag)) response.status(304).end();
  else if (json === undefined) response.status(204).end();
  else response.type("application/json").send(json);
};

/** Most bodies are small. */
const MOST_BYTES = 64 * 1_024;

/** The parser would read all of what is too large before it says so. */
const refuseLarge = (request: Request, limit: number): void => {
  if (Number(request.headers["content-length"] ?? 0) <= limit) return;
  throw new Problem("too-large", `a body has at most ${limit} bytes`, {
    headers: { connection: "close" },
  });
};

/** What was sent as JSON, where something is to be sent. */
const readBody = async (route: Route, request: Request, response: Response): Promise<unknown> => {
  if (!hasBody(route)) return undefined;
  const limit = route.bodyLimit ?? MOST_BYTES;
  refuseLarge(request, limit);
  const parse = json({ limit });
  await new Promise<void>((resolve, reject) => {
    parse(request, response, (error?: Error) => (error === undefined ? resolve() : reject(error)));
  });
  if (request.is("application/json") === false)
    throw new Problem("unsupported-media-type", "the body must be application/json");
  return request.body as unknown;
};

/** Who asks, if they may; undefined where everybody may. Counted before anything is done for them. */
const admit = async (
  { sources, rates }: Answering,
  route: Route,
  [request, response]: readonly [Request, Response],
): Promise<Principal | undefined> => {
  const caller = route.access === "public" ? undefined : await identify(sources.sessions, request);
  if (caller === undefined || caller instanceof Problem) {
    await rates.countAddress(request, response);
    if (caller !== undefined) throw caller;
    return undefined;
  }
  noteWho(request, actorOf(caller));
  await rates.countPrincipal(caller, request, response);
  requireRole(route, caller);
  return caller;
};

/** Whether who has asked may still do so: a session may have been ended meanwhile. */
const mayStill = async ({ sources }: Answering, { access }: Route, request: Request): Promise<boolean> => {
  if (access === "public") return true;
  const caller = await identify(sources.sessions, request);
  return !(caller instanceof Problem) && includes(caller.role, access);
};

export const answering =
  (context: Answering, route: Route): Handler =>
  async (request, response) => {
    const { sources, clock, stopping } = context;
    const caller = await admit(context, route, [request, response]);
    const body = await readBody(route, request, response);
    const { params, query, headers, ip: address = "" } = request;
    await waitUntilFresh(sources, route, query);
    const id = idOf(response);
    const reply = await route.answer(sources, { params, query, body, headers, caller, address, id });
    if (reply.who !== undefined) noteWho(request, reply.who);
    await sayHowFar(sources, response, reply);
    if (reply.table !== undefined) await stream(response, reply.table);
    else if (reply.live !== undefined) {
      const mayListen = () => mayStill(context, route, request);
      await sendLive(response, reply.live, { clock, stopping, mayListen });
    } else send(request, response, reply);
  };
