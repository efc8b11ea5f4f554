// A listener to server-sent events over a connection of its own, as a browser reads them.
import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { until } from "../until.js";

export interface Heard {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: string | undefined;
  readonly retry: string | undefined;
}

const fieldIn = (block: string, name: string): string | undefined =>
  block
    .split("\n")
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2);

export class EventStream {
  readonly blocks: Heard[] = [];
  isOver = false;
  private rest = "";

  private constructor(
    readonly response: IncomingMessage,
    private readonly asking: ClientRequest,
  ) {
    response.setEncoding("utf8");
    response.on("data", (part: string) => this.take(part));
    response.on("error", () => undefined); // a connection that was cut is over, and no more
    response.on("close", () => (this.isOver = true));
  }

  static async open(
    port: number,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<EventStream> {
    const asking = request({ port, host: "127.0.0.1", path: `/api/v1${path}`, headers, agent: false }).end();
    const [response] = (await once(asking, "response")) as [IncomingMessage];
    return new EventStream(response, asking);
  }

  get events(): readonly Heard[] {
    return this.blocks.filter(({ data }) => data !== undefined);
  }

  get ids(): readonly string[] {
    return this.events.map(({ id }) => id ?? "");
  }

  async has(events: number): Promise<void> {
    await until(() => this.events.length >= events);
  }

  async ends(): Promise<void> {
    await until(() => this.isOver);
  }

  leave(): void {
    this.asking.destroy();
  }

  private take(part: string): void {
    const blocks = `${this.rest}${part}`.split("\n\n");
    this.rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const [id, event, data, retry] = ["id", "event", "data", "retry"].map((name) => fieldIn(block, name));
      this.blocks.push({ id, event, data, retry });
    }
  }
}
