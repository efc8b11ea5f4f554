import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { projections } from "../../../projections/all.js";
import { until } from "../../support/until.js";
import { endOf, killWhatRuns, Running } from "../../support/whole/taps.js";

const TOKEN = "hunter2-of-the-scraper";

describe("METRICS_PORT of taps start", function () {
  this.timeout(90_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-metrics-"));
  });
  after(async () => {
    await killWhatRuns();
    await rm(folder, { recursive: true });
  });

  it("serves metrics to whoever shows METRICS_TOKEN, until it is told to stop", async () => {
    const env = { TAPS_DATA_DIR: folder, METRICS_PORT: "0", METRICS_TOKEN: TOKEN };
    const running = Running.start(env, ["start"]);
    const [, port = ""] = await running.logs(/"message":"metrics","port":(\d+)/);
    const url = `http://127.0.0.1:${port}/metrics`;
    const scrape = async () => {
      const response = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
      expect(response.status).to.equal(200);
      return response.text();
    };
    const inState = (state: string, text: string) =>
      [...text.matchAll(/^taps_projection_state\{projection="(.*)",state="(.*)"\} 1$/gm)]
        .filter(([, , found]) => found === state)
        .map(([, projection]) => projection);
    await until(async () => inState("live", await scrape()).length === projections.length);
    const text = await scrape();
    expect(inState("live", text)).to.deep.equal(projections.map(({ name }) => name));
    expect(text).to.match(/^taps_log_head_position [1-9]\d*$/m);
    expect(text).to.match(/^taps_projection_events_applied_total\{projection="payment"\} [1-9]\d*$/m);
    expect((await fetch(url)).status).to.equal(401);
    expect(await running.stop("SIGTERM")).to.equal(0);
    expect(await fetch(url).catch((error: unknown) => error)).to.be.instanceOf(TypeError);
    expect((await running.end()).err).to.not.include(TOKEN);
  });

  it("is refused by name where something else listens", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const bound = other.address();
    if (bound === null || typeof bound === "string") throw new Error("no port");
    const env = { TAPS_DATA_DIR: folder, METRICS_PORT: String(bound.port) };
    const { code, err } = await endOf(env, ["start"]);
    other.close();
    expect([code, err]).to.deep.equal([1, "METRICS_PORT cannot be listened on: EADDRINUSE\n"]);
  });
});
