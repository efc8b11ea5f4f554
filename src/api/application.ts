// All routes, and what every answer has: the Express application.
import compression from "compression";
import cors from "cors";
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import helmet from "helmet";
import { type Clock } from "../application/ports/system.js";
import { answering } from "./answering.js";
import { documentOf } from "./document.js";
import { EXPOSED } from "./document-headers.js";
import { type Edge, MOST_HEADERS } from "./edge.js";
import { jsonOf } from "./json.js";
import { type Noticed, noticing } from "./noticing.js";
import { docsPage, problemPage } from "./pages.js";
import { Problem } from "./problem.js";
import { RateLimits } from "./rate-limit.js";
import { failing, PAGES, refuse } from "./refusal.js";
import { nameRequest } from "./request-id.js";
import { type Route, type Sources } from "./route.js";

export interface ApiOptions {
  readonly routes: readonly Route[];
  readonly sources: Sources;
  /** Of this release. */
  readonly version: string;
  readonly clock: Clock;
  readonly edge: Edge;
  /** Told of what should not happen. */
  readonly report: (error: unknown, request: string) => void;
  /** Told of logins and the like, and of who was turned away. */
  readonly notice: (noticed: Noticed) => void;
}

const BASE = "/api/v1";

/** `{name}` of the document is `:name` of the router. */
const pathOf = ({ path }: Route): string => `${BASE}${path.replace(/\{(\w+)\}/g, ":$1")}`;

const notFound = (request: Request, response: Response): void =>
  refuse(response, new Problem("not-found", `there is no ${request.path}: see /api/docs`));

const allowed = (routes: readonly Route[]): string =>
  routes.map(({ method }) => (method === "get" ? "GET, HEAD" : method.toUpperCase())).join(", ");

const wrongMethod =
  (allow: string) =>
  (_request: Request, response: Response): void =>
    refuse(response, new Problem("method-not-allowed", `this is for ${allow}`, { headers: { allow } }));

/** Of one request, before it costs anything. */
const fewHeaders = ({ rawHeaders }: Request, _response: Response, next: NextFunction): void => {
  const isMany = rawHeaders.length > 2 * MOST_HEADERS;
  next(isMany ? new Problem("headers-too-large", `more than ${MOST_HEADERS} headers`) : undefined);
};

/** Nothing is loaded, sent or framed: pages have no more than styles of their own. */
const CONTENT = {
  ...{ defaultSrc: ["'none'"], objectSrc: ["'none'"], styleSrc: ["'unsafe-inline'"] },
  ...{ baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
};

/** Pages of these origins may ask and read what every answer says in its headers; with a token, never by a cookie. */
const crossOrigin = (origins: readonly string[]): RequestHandler =>
  cors({
    ...{
      origin: [...origins],
      methods: ["GET", "HEAD", "POST", "PUT", "DELETE"],
      exposedHeaders: [...EXPOSED],
    },
    ...{ credentials: false, maxAge: 600 },
  });

/** What there is beside the routes: pages that explain them, and problems. */
const servePages = (app: express.Express, { routes, version }: ApiOptions, limited: RequestHandler): void => {
  const document = jsonOf(documentOf(routes, version));
  app.get("/api/openapi.json", limited, (_request, response) => {
    response.type("application/json").send(document);
  });
  const docs = docsPage(routes, BASE, version);
  app.get("/api/docs", limited, (_request, response) => {
    response.type("html").send(docs);
  });
  app.get(`${PAGES}/:name`, limited, (request, response) => {
    const page = problemPage(String(request.params["name"]));
    if (page === undefined) notFound(request, response);
    else response.type("html").send(page);
  });
};

/** `stopping`: aborted when the process stops serving. */
export const application = (options: ApiOptions, stopping: AbortSignal): express.Express => {
  const { routes, sources, clock, edge } = options;
  const app = express();
  app.disable("x-powered-by");
  app.set("etag", false);
  app.set("query parser", "simple");
  app.set("trust proxy", typeof edge.trustProxy === "number" ? edge.trustProxy : [...edge.trustProxy]);
  const ofSessions = new Set(routes.filter(({ tag }) => tag === "auth").map(pathOf));
  app.use(nameRequest, noticing(ofSessions, options.notice), fewHeaders);
  app.use(helmet({ contentSecurityPolicy: { useDefaults: false, directives: CONTENT } }));
  if (edge.origins.length > 0) app.use(crossOrigin(edge.origins));
  app.use(compression());
  const rates = new RateLimits(edge.rates);
  const limited = rates.byAddress;
  servePages(app, options, limited);
  for (const route of routes)
    app[route.method](pathOf(route), answering({ sources, clock, rates, stopping }, route));
  for (const path of new Set(routes.map(pathOf)))
    app.all(path, limited, wrongMethod(allowed(routes.filter((route) => pathOf(route) === path))));
  app.use(limited, notFound);
  app.use(failing(options.report));
  return app;
};
