// All routes, and what every answer has: the Express application.
import { randomUUID } from "node:crypto";
import compression from "compression";
import express, { type Request, type Response } from "express";
import helmet from "helmet";
import { answering } from "./answering.js";
import { documentOf } from "./document.js";
import { jsonOf } from "./json.js";
import { docsPage, problemPage } from "./pages.js";
import { Problem } from "./problem.js";
import { failing, PAGES, refuse } from "./refusal.js";
import { hasBody, type Route, type Sources } from "./route.js";

export interface ApiOptions {
  readonly routes: readonly Route[];
  readonly sources: Sources;
  /** Of this release. */
  readonly version: string;
  /** Told of what should not happen. */
  readonly report: (error: unknown, request: string) => void;
}

const BASE = "/api/v1";

/** `{name}` of the document is `:name` of the router. */
const pathOf = ({ path }: Route): string => `${BASE}${path.replace(/\{(\w+)\}/g, ":$1")}`;

const notFound = (request: Request, response: Response): void =>
  refuse(response, new Problem("not-found", `there is no ${request.path}: see /api/docs`));

const allowed = (path: string, routes: readonly Route[]): string =>
  routes
    .filter((route) => route.path === path)
    .map(({ method }) => (method === "get" ? "GET, HEAD" : method.toUpperCase()))
    .join(", ");

const wrongMethod =
  (allow: string) =>
  (_request: Request, response: Response): void =>
    refuse(response, new Problem("method-not-allowed", `this is for ${allow}`, { headers: { allow } }));

/** Most bodies are small. */
const BODY_LIMIT = 65_536;

const serveRoute = (app: express.Express, { sources, routes }: ApiOptions, route: Route): void => {
  const path = pathOf(route);
  const answer = answering(sources, route);
  if (hasBody(route)) app[route.method](path, express.json({ limit: route.bodyLimit ?? BODY_LIMIT }), answer);
  else app[route.method](path, answer);
  if (routes.findLast((other) => other.path === route.path) === route)
    app.all(path, wrongMethod(allowed(route.path, routes)));
};

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
  for (const route of options.routes) serveRoute(app, options, route);
  app.use(notFound);
  app.use(failing(options.report));
  return app;
};
