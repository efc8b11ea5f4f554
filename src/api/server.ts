// Routes over HTTP: who asks, what is asked, what is answered, and what is wrong with it.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { pipeline } from "node:stream/promises";
import compression from "compression";
import express, { type NextFunction, type Request, type Response } from "express";
import helmet from "helmet";
import { authenticate, type Principal } from "../application/accounts/authenticate.js";
import { ROLES } from "../application/ports/accounts.js";
import { StoreUnavailable, type Position } from "../application/ports/event-store.js";
import { NotProjected } from "../application/read-side/answer.js";
import { BadCursor, TooWide } from "../application/read-side/page.js";
import { csvOf } from "./csv.js";
import { documentOf } from "./document.js";
import { jsonOf } from "./json.js";
import { docsPage, problemPage } from "./pages.js";
import { bodyOf, Problem, PROBLEMS, type ProblemType } from "./problem.js";
import { type Reply, type Route, type Sources } from "./route.js";

export interface ApiOptions {
  readonly routes: readonly Route[];
  readonly sources: Sources;
  /** Of this release. */
  readonly version: string;
  /** Told of what should not happen. */
  readonly report: (error: unknown, request: string) => void;
}

const BASE = "/api/v1";
const PAGES = "/api/problems";
/** How long an answer is waited for that is not there yet. */
const FRESH_WITHIN_MS = 5_000;
const RETRY_AFTER_S = "2";

type Handler = (request: Request, response: Response) => Promise<void>;

const idOf = (response: Response): string => String(response.getHeader("request-id") ?? "");

/** Errors of what routes are answered from, as problems. */
const problemOf = (error: unknown): Problem | undefined => {
  if (error instanceof Problem) return error;
  if (error instanceof BadCursor) return new Problem("bad-cursor", error.message);
  if (error instanceof TooWide) return new Problem("too-wide", error.message);
  const later = { headers: { "retry-after": RETRY_AFTER_S } };
  if (error instanceof NotProjected) return new Problem("not-projected", error.message, later);
  if (error instanceof StoreUnavailable) return new Problem("unavailable", error.message, later);
  if (!isUnreadable(error)) return undefined;
  const type = BY_STATUS[error.status] ?? "bad-request";
  return new Problem(type, "the request cannot be read");
};

const BY_STATUS: Readonly<Record<number, ProblemType>> = {
  413: "too-large",
  415: "unsupported-media-type",
};

/** What Express says of a path or body that it cannot decode. */
const isUnreadable = (error: unknown): error is Error & { readonly status: number } =>
  error instanceof Error && "status" in error && typeof error.status === "number" && error.status < 500;

const refuse = (response: Response, problem: Problem): void => {
  response.status(PROBLEMS[problem.type].status);
  for (const [name, value] of Object.entries(problem.more.headers ?? {})) response.setHeader(name, value);
  response.type("application/problem+json").send(jsonOf(bodyOf(problem, PAGES, idOf(response))));
};

const bearerOf = (request: Request): string | undefined =>
  /^Bearer +([!-~]+)$/i.exec(request.headers.authorization ?? "")?.[1];

/** Who asks; undefined where everybody may. */
const authorise = async (
  { sources }: ApiOptions,
  { access }: Route,
  request: Request,
): Promise<Principal | undefined> => {
  if (access === "public") return undefined;
  const bearer = bearerOf(request);
  const caller = bearer === undefined ? undefined : await authenticate(sources.sessions, bearer);
  if (caller === undefined || "refused" in caller)
    throw new Problem(
      "unauthenticated",
      caller === undefined
        ? "show a token: Authorization: Bearer <token>"
        : `this token is good no more: ${caller.refused}`,
      { headers: { "www-authenticate": "Bearer" } },
    );
  if (ROLES.indexOf(caller.role) < ROLES.indexOf(access))
    throw new Problem(
      "forbidden",
      `this is for the role ${access}, and this token has the role ${caller.role}`,
    );
  return caller;
};

const waitUntilFresh = async (
  { sources }: ApiOptions,
  { model }: Route,
  query: Request["query"],
): Promise<void> => {
  const { minPosition } = query;
  if (model === undefined || typeof minPosition !== "string" || !/^\d{1,19}$/.test(minPosition)) return;
  if (await sources.read.shows(model, BigInt(minPosition) as Position, FRESH_WITHIN_MS)) return;
  throw new Problem("not-fresh", `${model} does not show event ${minPosition} yet`, {
    headers: { "retry-after": RETRY_AFTER_S },
  });
};

/** A read model's answer changes with its position, and with nothing else. */
const etagOf = ({ position, pinned }: Reply): string | undefined =>
  position === undefined ? undefined : `W/"${position}${pinned === true ? "-pinned" : ""}"`;

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
  response.setHeader("cache-control", etag === undefined ? "no-store" : "private, no-cache");
  if (etag !== undefined && request.headers["if-none-match"] === etag) response.status(304).end();
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

const answering =
  (options: ApiOptions, route: Route): Handler =>
  async (request, response) => {
    const caller = await authorise(options, route, request);
    const address = request.socket.remoteAddress ?? "";
    const asked = {
      params: request.params,
      query: request.query,
      body: bodyIn(route, request),
      caller,
      address,
    };
    await waitUntilFresh(options, route, request.query);
    await send(request, response, await route.answer(options.sources, asked));
  };

/** `{name}` of the document is `:name` of the router. */
const pathOf = ({ path }: Route): string => `${BASE}${path.replace(/\{(\w+)\}/g, ":$1")}`;

const notFound = (request: Request, response: Response): void =>
  refuse(response, new Problem("not-found", `there is no ${request.path}: see /api/docs`));

const failing =
  ({ report }: ApiOptions) =>
  (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      report(error, idOf(response));
      return next(error);
    }
    const problem = problemOf(error);
    if (problem === undefined) report(error, idOf(response));
    refuse(response, problem ?? new Problem("defect", `request ${idOf(response)} is told of in the log`));
  };

const wrongMethod =
  (allow: string) =>
  (_request: Request, response: Response): void =>
    refuse(response, new Problem("method-not-allowed", `this is for ${allow}`, { headers: { allow } }));

/** A body is small: what is sent in bulk has routes of its own. */
const readBody = express.json({ limit: "64kb" });

export const application = (options: ApiOptions): express.Express => {
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("query parser", "simple");
  app.use((_request, response, next) => {
    response.setHeader("request-id", randomUUID());
    next();
  });
  app.use(helmet());
  app.use(compression());
  const document = jsonOf(documentOf(options.routes, options.version));
  app.get("/api/openapi.json", (_request, response) => {
    response.type("application/json").send(document);
  });
  const docs = docsPage(options.routes, BASE, options.version);
  app.get("/api/docs", (_request, response) => {
    response.type("html").send(docs);
  });
  app.get(`${PAGES}/:name`, (request, response) => {
    const page = problemPage(request.params.name);
    if (page === undefined) notFound(request, response);
    else response.type("html").send(page);
  });
  for (const route of options.routes) {
    if (route.method === "post") app.post(pathOf(route), readBody, answering(options, route));
    else app.get(pathOf(route), answering(options, route));
    app.all(pathOf(route), wrongMethod(route.method === "get" ? "GET, HEAD" : "POST"));
  }
  app.use(notFound);
  app.use(failing(options));
  return app;
};

export interface RunningApi {
  readonly port: number;
  /** Lets what is being answered end. */
  close(): Promise<void>;
}

/** Listens until it is closed. Rejects with Node's error if it cannot. */
export const serveApi = async (options: ApiOptions, port: number): Promise<RunningApi> => {
  const server = createServer(application(options));
  server.listen(port);
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the API has no port");
  return {
    port: bound.port,
    close: async () => {
      server.close();
      server.closeIdleConnections();
      await once(server, "close");
    },
  };
};
