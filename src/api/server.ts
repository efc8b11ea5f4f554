// The application, listening.
import { once } from "node:events";
import { createServer } from "node:http";
import { type ApiOptions, application } from "./application.js";

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
