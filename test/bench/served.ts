// The API in a process of its own, and a client of it.
import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { fileURLToPath } from "node:url";
import { text } from "node:stream/consumers";
import { z } from "zod";

const told = z.union([
  z.object({ port: z.int(), token: z.string() }),
  /** In bytes. */
  z.object({ memory: z.int() }),
]);
/** What the server sends: where it is and how to be let in, then its memory again and again. */
export type Told = z.infer<typeof told>;

export interface Answered {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: string;
}

export interface Served {
  /** The path without what all paths begin with. Resolves once headers have come. */
  open(path: string, headers?: Readonly<Record<string, string>>): Promise<IncomingMessage>;
  /** The same with its body. */
  ask(path: string, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  /** Tells of the server's memory in bytes, ten times a second, until it is called. */
  watchMemory(see: (bytes: number) => void): () => void;
  stop(): Promise<void>;
}

const SERVER = fileURLToPath(new URL("./api-server.js", import.meta.url));

/** More than are ever waited for, unless the server has fallen behind: then more would not help it. */
const CONNECTIONS = 100;

/** Serves the API on a database; asks it over so many connections at most. */
export const serve = async (url: string, connections = CONNECTIONS): Promise<Served> => {
  const server = fork(SERVER, [url]);
  const died = once(server, "exit").then(() => Promise.reject(new Error("the server has ended")));
  died.catch(() => undefined);
  const [first] = (await Promise.race([once(server, "message"), died])) as [unknown];
  const listening = told.parse(first);
  if (!("port" in listening)) throw new Error("the server did not say where it is");
  const { port, token } = listening;
  // In turn: the server closes a connection that has lain idle, perhaps just when it is used again.
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: "fifo" });
  const open: Served["open"] = async (path, headers = {}) => {
    const all = { authorization: `Bearer ${token}`, ...headers };
    const asking = request({ port, host: "127.0.0.1", path: `/api/v1${path}`, headers: all, agent }).end();
    const [response] = (await once(asking, "response")) as [IncomingMessage];
    return response;
  };
  return {
    open,
    ask: async (path, headers) => {
      const response = await open(path, headers);
      const body = await text(response);
      return { status: response.statusCode ?? 0, etag: response.headers.etag, body };
    },
    watchMemory: (see) => {
      const hear = (message: unknown): void => {
        const said = told.parse(message);
        if ("memory" in said) see(said.memory);
      };
      server.on("message", hear);
      return () => server.off("message", hear);
    },
    stop: async () => {
      agent.destroy();
      server.kill();
      if (server.exitCode !== null || server.signalCode !== null) return;
      await once(server, "exit");
    },
  };
};
