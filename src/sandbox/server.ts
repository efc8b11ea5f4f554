import { once } from "node:events";
import { createServer } from "node:http";
import express, { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import { controlRoutes } from "./control-routes.js";
import { blockRoutes } from "./node/blocks.js";
import { contextRoutes } from "./node/context.js";
import { helperRoutes } from "./node/helpers.js";
import { answerFailure, notFound, RpcFailure } from "./node/http.js";
import { shellRoutes } from "./node/shell.js";
import { type Sandbox } from "./sandbox.js";
import { BadQuery, tzktRoutes } from "./tzkt/routes.js";

export interface SandboxServer {
  /** Where the node answers, and TzKT under `/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a chain on a local port; 0 takes a free one. `disturb` sees each request first. */
export const serve = async (
  sandbox: Sandbox,
  port: number,
  disturb?: RequestHandler,
): Promise<SandboxServer> => {
  const server = createServer(application(sandbox, disturb));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the sandbox has no port");
  return {
    url: `http://127.0.0.1:${bound.port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
};

const application = (sandbox: Sandbox, disturb: RequestHandler | undefined): express.Express => {
  const app = express();
  app.disable("x-powered-by").disable("etag");
  app.use((_, __, next) => {
    next(sandbox.failure && new RpcFailure(503, sandbox.failure.message));
  });
  app.use(express.json({ strict: false, limit: "8mb", type: () => true }));
  if (disturb) app.use(disturb);
  app.use("/chains/:chain", (request, _, next) => {
    const { chain } = request.params;
    next(chain === "main" || chain === sandbox.chainId ? undefined : notFound());
  });
  app.use("/sandbox", controlRoutes(sandbox));
  app.use("/v1", tzktRoutes(sandbox), answerBadQuery);
  app.use("/chains/:chain/blocks", blockRoutes(sandbox), contextRoutes(sandbox), helperRoutes(sandbox));
  app.use(shellRoutes(sandbox));
  app.use(() => {
    throw notFound();
  });
  app.use(answerFailure);
  return app;
};

const answerBadQuery = (error: unknown, _: Request, response: Response, next: NextFunction): void => {
  if (error instanceof BadQuery) response.status(400).json(error);
  else next(error);
};
