import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { type Clock } from "../../../../src/application/ports/system.js";
import { type ChainId } from "../../../../src/domain/identifiers.js";
import { TezosChain } from "../../../../src/infrastructure/tezos/chain.js";
import { TezosNode } from "../../../../src/infrastructure/tezos/node.js";
import { Nodes } from "../../../../src/infrastructure/tezos/nodes.js";

export interface FakeReply {
  readonly status?: number;
  /** Text goes out as it is, anything else as JSON. */
  readonly body: unknown;
  /** Where it leads to. */
  readonly location?: string;
}
export const HANG = "never answered";

/** Replies by path, without the query; a function is asked each time. What is not listed is 404. */
export type Routes = Record<string, FakeReply | typeof HANG | (() => FakeReply | typeof HANG)>;

export interface FakeNode {
  readonly url: string;
  routes: Routes;
  /** Method and address of each request, in order. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** A node that replays replies. */
export const startFakeNode = async (routes: Routes): Promise<FakeNode> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? "";
    asked.push(`${request.method} ${url}`);
    request.resume();
    const route = node.routes[url.split("?")[0] ?? ""] ?? { status: 404, body: "" };
    const reply = typeof route === "function" ? route() : route;
    if (reply === HANG) return;
    response.statusCode = reply.status ?? 200;
    if (reply.location !== undefined) response.setHeader("location", reply.location);
    response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  const node: FakeNode = { url: `http://127.0.0.1:${port}`, routes, asked, stop };
  return node;
};

/** A text as JSON: a JSON string. */
export const json = (body: unknown): FakeReply => ({ body: JSON.stringify(body) });

/** A mempool without operations. */
export const EMPTY_POOL = {
  validated: [],
  refused: [],
  outdated: [],
  branch_refused: [],
  branch_delayed: [],
  unprocessed: [],
};

/** Waits for real, but time stands where it is told. */
export const clockAt = (now: Date): Clock => ({
  now: () => now,
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  },
});

/** The chain over nodes at these addresses, with short timeouts. */
interface OverOptions {
  readonly now: Date;
  readonly chainId?: ChainId;
  readonly timeoutMs?: number;
}

export const nodesOver = (
  urls: readonly string[],
  { now, timeoutMs = 5_000, chainId }: OverOptions,
): Nodes => {
  const clock = clockAt(now);
  const nodes = urls.map((url) => new TezosNode({ url, clock, timeoutMs, retryWaitMs: 1 }));
  const all = new Nodes({ nodes, clock, oldestHeadMs: 120_000 });
  if (chainId) all.believe(chainId);
  return all;
};

export const chainOver = (urls: readonly string[], options: OverOptions): TezosChain =>
  new TezosChain(nodesOver(urls, options), clockAt(options.now));

/** What a promise fails with. */
export const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
