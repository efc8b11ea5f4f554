// The connections of a server, and how they are brought to an end without cutting an answer short.
import { once } from "node:events";
import { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Server as NetServer, type Socket } from "node:net";
import { type Clock } from "../application/ports/system.js";

/** So long what is being answered may take once the server stops. */
const PATIENCE_MS = 10_000;

export class Connections {
  private readonly answers = new Map<Socket, Set<ServerResponse>>();
  private isStopping = false;

  constructor(private readonly server: Server) {
    server.on("connection", (socket) => this.opened(socket));
    server.prependListener("request", (request, response) => this.asked(request, response));
  }

  /** Whether an answer has begun on a connection. */
  isAnswering(socket: Socket): boolean {
    return [...(this.answers.get(socket) ?? [])].some(({ headersSent }) => headersSent);
  }

  /** Takes no connection any more, lets what is being answered end, and cuts it off after a while. */
  async drain(clock: Clock): Promise<void> {
    this.isStopping = true;
    const closed = once(this.server, "close");
    // The HTTP server's own `close` cuts answers off that are written and not yet taken.
    NetServer.prototype.close.call(this.server);
    for (const [socket, answers] of [...this.answers]) {
      for (const answer of answers) if (!answer.headersSent) answer.setHeader("connection", "close");
      this.endIfIdle(socket);
    }
    const done = new AbortController();
    void clock.sleep(PATIENCE_MS, done.signal).then(() => {
      for (const socket of [...this.answers.keys()]) socket.destroy();
    });
    await closed;
    done.abort();
    this.server.close(); // stops its timer
  }

  private opened(socket: Socket): void {
    this.answers.set(socket, new Set());
    socket.once("close", () => this.answers.delete(socket));
  }

  private asked({ socket }: IncomingMessage, response: ServerResponse): void {
    this.answers.get(socket)?.add(response);
    if (this.isStopping) response.setHeader("connection", "close");
    response.once("close", () => {
      this.answers.get(socket)?.delete(response);
      if (this.isStopping) this.endIfIdle(socket);
    });
  }

  private endIfIdle(socket: Socket): void {
    if (this.answers.get(socket)?.size === 0) socket.destroySoon();
  }
}
