// One request to one route: asked by somebody, answered, sent.
import { type Request, type Response } from "express";
import fresh from "fresh";
import { pipeline } from "node:stream/promises";
import { type Position } from "../application/ports/event-store.js";
import { authorise } from "./authorise.js";
import { csvOf } from "./csv.js";
import { jsonOf } from "./json.js";
import { Problem } from "./problem.js";
import { RETRY_AFTER_S } from "./refusal.js";
import { type Reply, type Route, type Sources } from "./route.js";

/** How long an answer is waited for that is not there yet. */
const FRESH_WITHIN_MS = 5_000;

type Handler = (request: Request, response: Response) => Promise<void>;

const waitUntilFresh = async (
  { read }: Sources,
  { model }: Route,
  query: Request["query"],
): Promise<void> => {
  const { minPosition, asOf } = query;
  if (
    model === undefined ||
    asOf !== undefined ||
    typeof minPosition !== "string" ||
    !/^\d{1,19}$/.test(minPosition)
  )
    return;
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
  response.type("text/csv");
  try {
    await pipeline(csvOf({ columns: table.columns, rows: all() }), response);
  } catch (error) {
    if (!hasLeft(error)) throw error;
  }
};

/** Who asked has hung up: nothing has failed. */
const hasLeft = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE";

const send = async (request: Request, response: Response, reply: Reply): Promise<void> => {
  if (reply.table !== undefined) return stream(response, reply.table);
  const etag = etagOf(reply);
  if (etag !== undefined) response.setHeader("etag", etag);
  if (reply.position !== undefined) response.setHeader("taps-position", reply.position.toString());
  if (reply.pinned === true) response.setHeader("taps-pinned", "true");
  response.setHeader("cache-control", cacheControlOf(reply, etag));
  if (etag !== undefined && isKnown(request, etag)) response.status(304).end();
  else if (reply.value === undefined) response.status(204).end();
  else response.type("application/json").send(jsonOf(reply.value));
};

/** What was sent as JSON, where something is to be sent. */
const bodyIn = ({ body }: Route, request: Request): unknown => {
  if (body === undefined) return undefined;
  if (request.is("application/json") === false)
    throw new Problem("unsupported-media-type", "the body must be application/json");
  return request.body as unknown;
};

export const answering =
  (sources: Sources, route: Route): Handler =>
  async (request, response) => {
    const caller = await authorise(sources.sessions, route, request);
    const address = request.socket.remoteAddress ?? "";
    const asked = {
      params: request.params,
      query: request.query,
      body: bodyIn(route, request),
      caller,
      address,
    };
    await waitUntilFresh(sources, route, request.query);
    await send(request, response, await route.answer(sources, asked));
  };
