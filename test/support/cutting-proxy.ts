// A wire to PostgreSQL that can be cut between the server's answer and the client.
import { rmSync } from "node:fs";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

const SOCKET = ".s.PGSQL.5432";

export class CuttingProxy {
  /** Cut at the next answer: the server has done its work, the client never hears of it. */
  cutNextAnswer = false;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** Listens in `folder`, which must be a short path, for connections to the server of `url`. */
  static async open(folder: string, url: string): Promise<CuttingProxy> {
    const target = new URL(url);
    const upstream = join(target.searchParams.get("host") ?? "", SOCKET);
    target.searchParams.set("host", folder);
    rmSync(join(folder, SOCKET), { force: true });
    const server = createServer((client) => proxy.join(client, createConnection(upstream)));
    const proxy = new CuttingProxy(server, target.toString());
    await new Promise<void>((resolve) => server.listen(join(folder, SOCKET), resolve));
    return proxy;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, upstream: Socket): void {
    const cut = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on("error", cut);
      socket.on("close", () => {
        this.sockets.delete(socket);
        cut();
      });
    }
    client.on("data", (bytes) => upstream.write(bytes));
    upstream.on("data", (bytes) => {
      if (!this.cutNextAnswer) return void client.write(bytes);
      this.cutNextAnswer = false;
      cut();
    });
  }
}
