import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "chai";
import { type MetricsServer, serveMetrics } from "../../../../src/infrastructure/telemetry/metrics-server.js";

const TOKEN = "s3cret-of-the-scraper";
const contentType = "text/plain; version=0.0.4; charset=utf-8" as const;

describe("the metrics' server", () => {
  let server: MetricsServer | undefined;
  let failures: unknown[];
  let asked: number;
  let metrics: () => Promise<string>;

  beforeEach(() => {
    failures = [];
    asked = 0;
    metrics = async () => "taps_up 1\n";
  });
  afterEach(() => server?.close());

  const serve = async (token?: string): Promise<string> => {
    const registry = {
      contentType,
      metrics: () => {
        asked += 1;
        return metrics();
      },
    };
    const report = (error: unknown) => failures.push(error);
    server = await serveMetrics({ port: 0, token, registry, report });
    return `http://127.0.0.1:${server.port}`;
  };
  const get = async (url: string, authorization?: string) => {
    const response = await fetch(url, authorization === undefined ? {} : { headers: { authorization } });
    return [response.status, await response.text()];
  };

  it("answers this machine alone without a token", async () => {
    const url = await serve();
    const response = await fetch(`${url}/metrics`);
    expect([response.status, response.headers.get("content-type")]).to.deep.equal([200, contentType]);
    expect(await response.text()).to.equal("taps_up 1\n");
    expect(await get(`${url}/metrics?name=x`, "Bearer whatever")).to.deep.equal([200, "taps_up 1\n"]);
    expect(server?.address).to.equal("127.0.0.1");
  });

  it("answers whoever shows the token, and nobody else", async () => {
    const url = await serve(TOKEN);
    expect(server?.address).to.be.oneOf(["::", "0.0.0.0"]);
    for (const refused of [
      undefined,
      "",
      "Bearer",
      "Bearer ",
      TOKEN,
      `Basic ${TOKEN}`,
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
      `Bearer ${TOKEN.toUpperCase()}`,
      `Bearer x ${TOKEN}`,
    ])
      expect(await get(`${url}/metrics`, refused), refused).to.deep.equal([401, ""]);
    expect(asked).to.equal(0);
    for (const shown of [`Bearer ${TOKEN}`, `bearer  ${TOKEN}`])
      expect(await get(`${url}/metrics`, shown), shown).to.deep.equal([200, "taps_up 1\n"]);
    expect((await fetch(`${url}/metrics`)).headers.get("www-authenticate")).to.equal("Bearer");
  });

  it("answers nothing else", async () => {
    const url = await serve();
    for (const path of ["/", "/metrics/", "/metrics/x", "//metrics"])
      expect(await get(`${url}${path}`), path).to.deep.equal([404, ""]);
    const posted = await fetch(`${url}/metrics`, { method: "POST", body: "x" });
    expect([posted.status, posted.headers.get("allow")]).to.deep.equal([405, "GET"]);
    expect(asked).to.equal(0);
    await server?.close();
    const open = await serve(TOKEN);
    expect(await get(`${open}/`)).to.deep.equal([401, ""]);
  });

  it("tells of what it could not answer, not whoever asked, and goes on", async () => {
    const url = await serve();
    const mistake = new Error("a mistake");
    metrics = () => Promise.reject(mistake);
    expect(await get(`${url}/metrics`)).to.deep.equal([500, ""]);
    expect(failures).to.deep.equal([mistake]);
    metrics = async () => "taps_up 2\n";
    expect(await get(`${url}/metrics`)).to.deep.equal([200, "taps_up 2\n"]);
  });

  it("closes at once, whoever is connected or waits for an answer", async () => {
    const url = await serve();
    const port = server?.port ?? 0;
    const idle = connect(port, "127.0.0.1");
    await once(idle, "connect");
    const left = once(idle, "close");
    const isAsked = new Promise<void>((resolve) => {
      metrics = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const waiting = fetch(`${url}/metrics`).catch((error: unknown) => error);
    await isAsked;
    await server?.close();
    await left;
    expect(await waiting).to.be.instanceOf(TypeError);
    expect(await get(`${url}/metrics`).catch((error: unknown) => error)).to.be.instanceOf(TypeError);
    server = undefined;
  });

  it("says that it cannot listen", async () => {
    await serve();
    const taken = { port: server?.port ?? 0, token: undefined, report: () => undefined };
    const registry = { contentType, metrics };
    const failure = await serveMetrics({ ...taken, registry }).catch((error: unknown) => error);
    expect(failure).to.include({ code: "EADDRINUSE" });
  });
});
