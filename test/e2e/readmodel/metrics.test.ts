import { expect } from "chai";
import { type Clock } from "../../../src/application/ports/system.js";
import { type MetricsServer, serveMetrics } from "../../../src/infrastructure/telemetry/metrics-server.js";
import { projectionMetrics } from "../../../src/infrastructure/telemetry/metrics.js";
import { type ProjectionRunner } from "../../../src/readmodel/engine.js";
import { readFigures } from "../../../src/readmodel/figures.js";
import { type Projection } from "../../../src/readmodel/projection.js";
import { journal, journalEvents } from "../../support/journal.js";
import { ListedLog } from "../../support/listed-log.js";
import { ReadModelsUnderTest } from "../../support/read-models.js";
import { until } from "../../support/until.js";

/** Of a minute after the first event; its time does not pass. */
const clock: Clock = {
  now: () => new Date(60_000),
  sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener("abort", () => resolve())),
};

const broken: Projection = {
  name: "broken",
  version: 1,
  tables: [],
  apply: ({ position }) => {
    if (position === 50n) throw new Error("a mistake");
    return [];
  },
};

describe("the metrics of running projections", () => {
  let models: ReadModelsUnderTest;
  let server: MetricsServer | undefined;
  let failures: unknown[];
  beforeEach(() => {
    server = undefined;
    failures = [];
  });
  afterEach(async () => {
    await server?.close();
    await models.end();
    expect(failures).to.deep.equal([]);
  });

  /** Each sample that is served, with its value. */
  const scrape = async (runners: readonly ProjectionRunner[], log: ListedLog) => {
    server ??= await serveMetrics({
      port: 0,
      token: undefined,
      registry: projectionMetrics(() => readFigures(runners, log, clock)),
      report: (error) => failures.push(error),
    });
    const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
    const samples = text.matchAll(/^(taps_\S+) (\S+)$/gm);
    return Object.fromEntries([...samples].map(([, sample = "", value]) => [sample, Number(value)]));
  };

  /** What is served of one projection: its place, its counters, its state. */
  const ofOne = (name: string, served: Readonly<Record<string, number>>) =>
    Object.fromEntries(
      Object.entries(served)
        .filter(([sample]) => sample.includes(`projection="${name}"`))
        .map(([sample, value]) => [
          sample.replace(/^taps_projection_/, "").replace(`projection="${name}"`, ""),
          value,
        ]),
    );

  it("show the finding that stopped one, while the others go on", async () => {
    models = await ReadModelsUnderTest.make([broken, journal]);
    const log = new ListedLog(journalEvents(10));
    const runners = models.start(log);
    const [stopped, live] = runners;
    await until(() => stopped?.state.at === "stopped" && live?.state.at === "live");
    const stopsAt50 = {
      "position{}": 40,
      "lag_events{}": 5,
      "lag_seconds{}": 59.995,
      'state{,state="stopped"}': 1,
      "events_applied_total{}": 5,
      'findings_total{,kind="unreadable-event"}': 0,
      'findings_total{,kind="projection-defect"}': 1,
      'findings_total{,kind="newer-version"}': 0,
      'findings_total{,kind="refused-by-database"}': 0,
    };
    const goesOn = {
      "position{}": 90,
      "lag_events{}": 0,
      "lag_seconds{}": 0,
      'state{,state="live"}': 1,
      "events_applied_total{}": 10,
      'findings_total{,kind="unreadable-event"}': 0,
      'findings_total{,kind="projection-defect"}': 0,
      'findings_total{,kind="newer-version"}': 0,
      'findings_total{,kind="refused-by-database"}': 0,
    };
    const first = await scrape(runners, log);
    expect(first["taps_log_head_position"]).to.equal(90);
    expect(ofOne("broken", first)).to.deep.equal(stopsAt50);
    expect(ofOne("journal", first)).to.deep.equal(goesOn);
    log.push(...journalEvents(2, 10));
    await until(() => live?.position === 110n);
    const second = await scrape(runners, log);
    expect(second["taps_log_head_position"]).to.equal(110);
    expect(ofOne("broken", second)).to.deep.equal({ ...stopsAt50, "lag_events{}": 7 });
    expect(ofOne("journal", second)).to.deep.equal({
      ...goesOn,
      "position{}": 110,
      "events_applied_total{}": 12,
    });
  });

  it("show how far one is behind while its database keeps it waiting", async () => {
    models = await ReadModelsUnderTest.make([journal]);
    const log = new ListedLog(journalEvents(10));
    const runners = models.start(log);
    await until(() => runners.every(({ state }) => state.at === "live"));
    const lag = async () => {
      const served = await scrape(runners, log);
      return ["position", "lag_events", "lag_seconds"].map(
        (name) => served[`taps_projection_${name}{projection="journal"}`],
      );
    };
    expect(await lag()).to.deep.equal([90, 0, 0]);
    const holder = await models.pool.connect();
    await holder.query("BEGIN; LOCK TABLE read.entries IN EXCLUSIVE MODE");
    log.push(...journalEvents(3, 10));
    expect(await lag()).to.deep.equal([90, 3, 59.99]);
    await holder.query("COMMIT");
    holder.release();
    await until(() => runners.every(({ position }) => position === 120n));
    expect(await lag()).to.deep.equal([120, 0, 0]);
  });
});
