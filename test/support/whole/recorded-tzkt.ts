// A TzKT that answers with recorded splits, whose head is far beyond them.
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";

export interface RecordedTzkt {
  readonly url: string;
  stop(): Promise<void>;
}

const HEAD = { level: 20_000_000, cycle: 1_700, chainId: "NetXdQprcVkpaWU" };

/** `splits`: the text of the split reply by cycle. */
export const startRecordedTzkt = async (splits: ReadonlyMap<number, string>): Promise<RecordedTzkt> => {
  const replyTo = (path: string): string | undefined => {
    if (path === "/v1/head") return JSON.stringify(HEAD);
    const [, cycle] = /\/(\d+)(\?|$)/.exec(path) ?? [];
    const split = splits.get(Number(cycle));
    if (split === undefined) return undefined;
    if (path.startsWith("/v1/rewards/split/")) return split;
    return JSON.stringify({ index: Number(cycle), firstLevel: 1, lastLevel: 10_000_000 });
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
