// The application, listening.
import { once, setMaxListeners } from "node:events";
import { createServer } from "node:http";
import { type ApiOptions, application } from "./application.js";
import { Connections } from "./drain.js";
import { refuseUnreadable } from "./unreadable.js";

export interface RunningApi {
  readonly port: number;
  /** Lets what is being answered end, for a while. */
  close(): Promise<void>;
}

/** Proxies may write the host before the path. The router reads not every host, and needs none. */
const pathIn = (target = ""): string => {
  const path = target.replace(/^https?:\/\/[^/?]*/i, "");
  return path.startsWith("/") ? path : `/${path}`;
};

/** Listens until it is closed. Rejects with Node's error if it cannot. */
export const serveApi = async (options: ApiOptions, port: number): Promise<RunningApi> => {
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal); // everybody who listens to events waits for it
  const { timeouts } = options.edge;
  const app = application(options, stopping.signal);
  const server = createServer(
    {
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      keepAliveTimeout: timeouts.keepAlive,
      connectionsCheckingInterval: timeouts.look,
    },
    (request, response) => {
      request.url = pathIn(request.url);
      app(request, response);
    },
  );
  const connections = new Connections(server);
  refuseUnreadable(server, (socket) => connections.isAnswering(socket));
  server.listen(port);
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the API has no port");
  return {
    port: bound.port,
    close: async () => {
      stopping.abort();
      await connections.drain(options.clock);
    },
  };
};
