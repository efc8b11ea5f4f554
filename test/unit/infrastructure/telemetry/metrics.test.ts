import { expect } from "chai";
import { type Position, START } from "../../../../src/application/ports/event-store.js";
import { type ProjectorFigures } from "../../../../src/application/ports/read-models.js";
import { projectionMetrics } from "../../../../src/infrastructure/telemetry/metrics.js";

const FIGURES: ProjectorFigures = {
  projections: [
    {
      projection: "settings",
      state: "live",
      eventsApplied: 12,
      findings: [
        { kind: "unreadable-event", count: 0 },
        { kind: "projection-defect", count: 0 },
      ],
    },
    {
      projection: "payment",
      state: "stopped",
      eventsApplied: 0,
      findings: [
        { kind: "unreadable-event", count: 1 },
        { kind: "projection-defect", count: 0 },
      ],
    },
  ],
  log: {
    head: 5_000_000_000n as Position,
    places: [
      { projection: "settings", position: 5_000_000_000n as Position, eventsBehind: 0, secondsBehind: 0 },
      { projection: "payment", position: START, eventsBehind: 7, secondsBehind: 61.5 },
    ],
  },
};

const HEAD = `# HELP taps_log_head_position Position of the last event in the log, -1 while it is empty.
# TYPE taps_log_head_position gauge
`;
const POSITION = `# HELP taps_projection_position Position of the last event that the projection has applied, -1 before the first.
# TYPE taps_projection_position gauge
`;
const LAG_EVENTS = `# HELP taps_projection_lag_events Events of the log that the projection has not applied, counted up to 1000.
# TYPE taps_projection_lag_events gauge
`;
const LAG_SECONDS = `# HELP taps_projection_lag_seconds Age of the oldest event that the projection has not applied, 0 at the head of the log.
# TYPE taps_projection_lag_seconds gauge
`;
const REST = `# HELP taps_projection_state 1 for what the projection is doing in this process.
# TYPE taps_projection_state gauge
taps_projection_state{projection="settings",state="live"} 1
taps_projection_state{projection="payment",state="stopped"} 1

# HELP taps_projection_events_applied_total Events that this process has applied to the projection since it began.
# TYPE taps_projection_events_applied_total counter
taps_projection_events_applied_total{projection="settings"} 12
taps_projection_events_applied_total{projection="payment"} 0

# HELP taps_projection_findings_total Findings that have stopped the projection in this process since it began.
# TYPE taps_projection_findings_total counter
taps_projection_findings_total{projection="settings",kind="unreadable-event"} 0
taps_projection_findings_total{projection="settings",kind="projection-defect"} 0
taps_projection_findings_total{projection="payment",kind="unreadable-event"} 1
taps_projection_findings_total{projection="payment",kind="projection-defect"} 0
`;

const WITH_LOG = `${HEAD}taps_log_head_position 5000000000

${POSITION}taps_projection_position{projection="settings"} 5000000000
taps_projection_position{projection="payment"} -1

${LAG_EVENTS}taps_projection_lag_events{projection="settings"} 0
taps_projection_lag_events{projection="payment"} 7

${LAG_SECONDS}taps_projection_lag_seconds{projection="settings"} 0
taps_projection_lag_seconds{projection="payment"} 61.5

${REST}`;

const WITHOUT_LOG = [HEAD, POSITION, LAG_EVENTS, LAG_SECONDS, REST].join("\n");

describe("the metrics of the projections", () => {
  it("are the figures as Prometheus reads them", async () => {
    expect(await projectionMetrics(async () => FIGURES).metrics()).to.equal(WITH_LOG);
  });

  it("are what is true at each scrape, and leave out what is not known any more", async () => {
    let figures: ProjectorFigures = FIGURES;
    const metrics = projectionMetrics(async () => figures);
    expect(await metrics.metrics()).to.equal(WITH_LOG);
    figures = { ...FIGURES, log: undefined };
    expect(await metrics.metrics()).to.equal(WITHOUT_LOG);
    figures = FIGURES;
    expect(await metrics.metrics()).to.equal(WITH_LOG);
    const [settings] = FIGURES.projections;
    figures = { projections: settings ? [{ ...settings, state: "retrying" }] : [], log: undefined };
    const states = (await metrics.metrics()).match(/^taps_projection_state.*$/gm);
    expect(states).to.deep.equal(['taps_projection_state{projection="settings",state="retrying"} 1']);
  });

  it("ask once a scrape, and again after one that failed", async () => {
    let asked = 0;
    const metrics = projectionMetrics(async () => {
      asked += 1;
      if (asked === 2) throw new Error("a mistake");
      return FIGURES;
    });
    await metrics.metrics();
    expect(asked).to.equal(1);
    const failure = await metrics.metrics().catch((error: unknown) => error);
    expect(failure).to.deep.include({ message: "a mistake" });
    expect(await metrics.metrics()).to.equal(WITH_LOG);
    expect(asked).to.equal(3);
  });

  it("have names and help that promtool has nothing against", async () => {
    const text = await projectionMetrics(async () => FIGURES).metrics();
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type]) => ({ name, type }));
    const helps = [...text.matchAll(/^# HELP (\S+) \S/gm)].map(([, name]) => name);
    expect(helps).to.deep.equal(types.map(({ name }) => name));
    expect(types).to.have.length(7);
    for (const { name, type } of types) {
      expect(name).to.match(/^taps(_[a-z]+)+$/);
      expect(name.endsWith("_total"), name).to.equal(type === "counter");
      expect(name).to.not.match(/_(gauge|counter|count|sum|bucket|milliseconds|ms|minutes|hours)(_|$)/);
    }
  });
});
