// Where Prometheus asks: `GET /metrics`, and nothing else.
import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Registry } from "prom-client";

export interface MetricsServerOptions {
  /** 0: a free one. */
  readonly port: number;
  /** Who asks must show it. Without one only this machine can ask. */
  readonly token: string | undefined;
  readonly registry: Pick<Registry, "metrics" | "contentType">;
  /** Told why an answer could not be given. */
  readonly report: (error: unknown) => void;
}

export interface MetricsServer {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

const digest = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();

/** Digests are of one length: how long the comparison takes tells nothing of the token. */
const shows = (request: IncomingMessage, token: string): boolean => {
  const given = /^Bearer +(.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(Buffer.from(given)), digest(Buffer.from(token)));
};

const answer = async (
  { token, registry }: MetricsServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (token !== undefined && !shows(request, token))
    response.writeHead(401, { "www-authenticate": "Bearer" }).end();
  else if (request.url?.split("?")[0] !== "/metrics") response.writeHead(404).end();
  else if (request.method !== "GET") response.writeHead(405, { allow: "GET" }).end();
  else {
    const text = await registry.metrics();
    response.writeHead(200, { "content-type": registry.contentType }).end(text);
  }
};

/** Listens until it is closed. Rejects with Node's error if it cannot. */
export const serveMetrics = async (options: MetricsServerOptions): Promise<MetricsServer> => {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      options.report(error);
      response.writeHead(500).end();
    });
  });
  server.listen(options.port, options.token === undefined ? LOOPBACK : undefined);
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the metrics have no port");
  return {
    address: bound.address,
    port: bound.port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
};
