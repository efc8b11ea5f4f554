// The end of a server: what is being answered ends well, nothing new begins, and nobody is waited for too long.
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { z } from "zod";
import { eventRoutes } from "../../../src/api/resources/events.js";
import { route, table, type TableRow } from "../../../src/api/route.js";
import { EventStream } from "../../support/api/event-stream.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";
import { until } from "../../support/until.js";

const EMPTY = z.object({});
/** More than lies between two ends of a connection. */
const LARGE = "x".repeat(30_000_000);

/** Something that somebody waits for. */
const gate = () => {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
};

describe("the end of the API", function () {
  this.timeout(60_000);
  let served: ServedHistory;
  before(async () => {
    served = await serveHistory();
  });
  afterEach(() => expect(served.reports).to.deep.equal([]));
  after(() => served.close());

  const common = { tag: "test", summary: "A test's", access: "public" as const, params: EMPTY, query: EMPTY };
  /** A table whose last row comes when told, an answer that does, and a large one. */
  const slowRoutes = (until: Promise<void>, asked: () => void = () => undefined) => {
    async function* slowly(): AsyncGenerator<TableRow, void> {
      for (let n = 0; n < 20; n += 1) yield [n];
      await until;
      yield ["last"];
    }
    const result = z.string();
    return [
      table({ ...common, id: "slowTable", path: "/slow.csv", columns: ["n"], rows: () => slowly() }),
      route({
        ...{ ...common, id: "slow", path: "/slow", result },
        answer: async () => {
          asked();
          await until;
          return { value: "done" };
        },
      }),
      route({ ...common, id: "quick", path: "/quick", result, answer: async () => ({ value: "quick" }) }),
      route({ ...common, id: "large", path: "/large", result, answer: async () => ({ value: LARGE }) }),
      ...eventRoutes,
    ];
  };
  const ask = async (port: number, path: string, agent: Agent | false = false): Promise<IncomingMessage> => {
    const asking = request({ port, host: "127.0.0.1", path: `/api/v1${path}`, agent }).end();
    const [response] = (await once(asking, "response")) as [IncomingMessage];
    return response;
  };

  it("lets tables and answers end, sends listeners away, and takes nobody new", async () => {
    const { opened, open } = gate();
    const asked = gate();
    const api = await served.serve(slowRoutes(opened, asked.open));
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await text(await ask(api.port, "/quick", agent))).to.equal('"quick"');
    const csv = await ask(api.port, "/slow.csv");
    const slow = ask(api.port, "/slow");
    const stream = await EventStream.open(api.port, "/events", {
      authorization: `Bearer ${served.tokens.viewer}`,
    });
    await until(() => stream.blocks.length === 1);
    await asked.opened;

    let isClosed = false;
    const closing = api.close().then(() => (isClosed = true));
    await stream.ends();
    expect([stream.response.complete, stream.blocks.at(-1)?.retry]).to.deep.equal([true, "1000"]);
    const [refused] = (await once(connect(api.port, "127.0.0.1"), "error")) as [NodeJS.ErrnoException];
    expect(refused.code).to.equal("ECONNREFUSED");
    await until(() => Object.values(agent.freeSockets).length === 0);
    expect(isClosed).to.equal(false);

    open();
    const { headers } = await slow;
    expect(headers.connection).to.equal("close");
    expect(await text(await slow)).to.equal('"done"');
    expect((await text(csv)).endsWith("last\r\n")).to.equal(true);
    await closing;
  });

  it("says on a connection that is still asked that it is the last time", async () => {
    const { opened, open } = gate();
    const asked = gate();
    const api = await served.serve(slowRoutes(opened, asked.open));
    const socket = connect(api.port, "127.0.0.1");
    const whole = text(socket);
    socket.write("GET /api/v1/slow HTTP/1.1\r\nHost: x\r\n\r\n");
    socket.write("GET /api/v1/quick HTTP/1.1\r\nHost: x\r\n\r\n");
    await asked.opened;
    const closing = api.close();
    open();
    const answers = (await whole).split(/(?=HTTP\/1\.1 200)/);
    expect(answers.map((answer) => /^connection: (.*)$/im.exec(answer)?.[1])).to.deep.equal(["close"]);
    await closing;
  });

  it("cuts nothing off that is written and not yet taken", async () => {
    const api = await served.serve(slowRoutes(Promise.resolve()));
    const answer = await ask(api.port, "/large"); // taken only once the server stops
    const closing = api.close();
    expect([(await text(answer)).length, answer.complete]).to.deep.equal([LARGE.length + 2, true]);
    await closing;
  });

  it("waits ten seconds, and then for nobody", async () => {
    const api = await served.serve(slowRoutes(new Promise(() => undefined)));
    const csv = await ask(api.port, "/slow.csv");
    const broken = text(csv).catch((error: NodeJS.ErrnoException) => error.code);
    let isClosed = false;
    const closing = api.close().then(() => (isClosed = true));
    served.apiClock.advance(9_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).to.equal(false);
    served.apiClock.advance(1);
    await closing;
    expect(await broken).to.equal("ECONNRESET");
  });
});
