// Bytes over a connection of their own: what no client would send.
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";

export interface BareAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

const parsed = (whole: string): BareAnswer => {
  const [head = "", body = ""] = whole.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), head, body };
};

/** Until the server has ended the connection. */
export const untilEnded = async (socket: Socket): Promise<BareAnswer> => parsed(await text(socket));

/** One request as it stands, the last of its connection. */
export const bare = (port: number, request: string): Promise<BareAnswer> => {
  const socket = connect(port, "127.0.0.1");
  socket.write(request, "latin1");
  return untilEnded(socket);
};

/** A GET of a target as it stands. */
export const bareGet = (port: number, target: string, headers: readonly string[] = []): Promise<BareAnswer> =>
  bare(port, [`GET ${target} HTTP/1.1`, "Host: x", "Connection: close", ...headers, "", ""].join("\r\n"));
