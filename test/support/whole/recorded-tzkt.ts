// A TzKT that answers with recorded splits, whose head is far beyond them.
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";

export interface RecordedTzkt {
  readonly url: string;
  stop(): Promise<void>;
}

const HEAD = { level: 20_000_000, cycle: 1_700, chainId: "NetXdQprcVkpaWU" };

/** A row of `/v1/operations/transactions`, as far as it matters. */
export interface RecordedTransfer {
  readonly id: number;
  readonly level: number;
  readonly target: { readonly address: string };
  readonly amount: number;
}

/** Of cycles that are recorded: their levels are so many each, from 1 on. */
const BLOCKS_PER_CYCLE = 10_000;

const transfersIn = (query: URLSearchParams, transfers: readonly RecordedTransfer[]): string => {
  const after = Number(query.get("level.gt"));
  const upTo = Number(query.get("level.le") ?? Infinity);
  return JSON.stringify(transfers.filter(({ level }) => level > after && level <= upTo));
};

/** `splits`: the text of the split reply by cycle; `transfers`: of the one wallet that is asked for. */
export const startRecordedTzkt = async (
  splits: ReadonlyMap<number, string>,
  transfers: readonly RecordedTransfer[] = [],
): Promise<RecordedTzkt> => {
  const replyTo = (path: string): string | undefined => {
    if (path === "/v1/head") return JSON.stringify(HEAD);
    if (path.startsWith("/v1/operations/transactions"))
      return transfersIn(new URL(path, "http://tzkt").searchParams, transfers);
    const [, cycle] = /\/(\d+)(\?|$)/.exec(path) ?? [];
    const index = Number(cycle);
    if (path.startsWith("/v1/rewards/split/")) return splits.get(index);
    if (!splits.has(index) && !splits.has(index - 1)) return undefined;
    const lastLevel = (index + 1) * BLOCKS_PER_CYCLE;
    return JSON.stringify({ index, firstLevel: lastLevel - BLOCKS_PER_CYCLE + 1, lastLevel });
  };
  const server = createServer((request, response) => {
    const reply = replyTo(request.url ?? "");
    response.writeHead(reply === undefined ? 204 : 200, { "content-type": "application/json" }).end(reply);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
