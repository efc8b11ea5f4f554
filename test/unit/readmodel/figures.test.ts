import { expect } from "chai";
import { type Position, START, StoreUnavailable } from "../../../src/application/ports/event-store.js";
import { type Clock } from "../../../src/application/ports/system.js";
import { type RunnerState } from "../../../src/readmodel/engine.js";
import { readFigures } from "../../../src/readmodel/figures.js";
import { journalEvents } from "../../support/journal.js";
import { ListedLog } from "../../support/listed-log.js";
import { ManualClock } from "../../support/world/manual-clock.js";

/** Its time does not pass. */
const clock: Clock = {
  now: () => new Date(60_000),
  sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener("abort", () => resolve())),
};

const runner = (name: string, state: RunnerState, position: bigint, eventsApplied: number) => ({
  name,
  state,
  position: position as Position,
  eventsApplied,
});

const finding = { kind: "unreadable-event", message: "cannot read it" } as const;
const runners = [
  runner("settings", { at: "live" }, 90n, 3),
  runner("payment", { at: "stopped", finding }, 40n, 5),
  runner("wallet", { at: "starting" }, START, 0),
];

const noFindings = {
  "unreadable-event": 0,
  "projection-defect": 0,
  "newer-version": 0,
  "refused-by-database": 0,
};
const listed = (findings: Readonly<Record<string, number>>) =>
  Object.entries(findings).map(([kind, count]) => ({ kind, count }));
const known = [
  { projection: "settings", state: "live", eventsApplied: 3, findings: listed(noFindings) },
  {
    projection: "payment",
    state: "stopped",
    eventsApplied: 5,
    findings: listed({ ...noFindings, "unreadable-event": 1 }),
  },
  { projection: "wallet", state: "starting", eventsApplied: 0, findings: listed(noFindings) },
];

class FailingLog extends ListedLog {
  constructor(private readonly failing: () => Promise<Position>) {
    super([]);
  }

  override head(): Promise<Position> {
    return this.failing();
  }
}

describe("the figures of a projector", () => {
  it("say what each projection has done and where it stands", async () => {
    const log = new ListedLog(journalEvents(10));
    expect(await readFigures(runners, log, clock)).to.deep.equal({
      projections: known,
      log: {
        head: 90n,
        places: [
          { projection: "settings", position: 90n, eventsBehind: 0, secondsBehind: 0 },
          { projection: "payment", position: 40n, eventsBehind: 5, secondsBehind: 59.995 },
          { projection: "wallet", position: START, eventsBehind: 10, secondsBehind: 60 },
        ],
      },
    });
  });

  it("count no more than a thousand events", async () => {
    const log = new ListedLog(journalEvents(1_002));
    const { log: places } = await readFigures([runner("wallet", { at: "live" }, 0n, 1)], log, clock);
    expect(places?.places.map(({ eventsBehind }) => eventsBehind)).to.deep.equal([1_000]);
  });

  it("claim no place in a log that does not answer", async () => {
    const down = new FailingLog(() => Promise.reject(new StoreUnavailable("head", { cause: "down" })));
    expect(await readFigures(runners, down, clock)).to.deep.equal({ projections: known, log: undefined });
  });

  it("claim none in a log that takes longer than whoever asks would wait", async () => {
    const silent = new FailingLog(() => new Promise(() => undefined));
    const waiting = new ManualClock(0);
    expect(await readFigures(runners, silent, waiting)).to.deep.equal({ projections: known, log: undefined });
    expect(waiting.now()).to.deep.equal(new Date(5_000));
  });

  it("do not hide a defect behind a log that does not answer", async () => {
    const broken = new FailingLog(() => Promise.reject(new TypeError("a mistake")));
    const failure = await readFigures(runners, broken, clock).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(TypeError);
  });
});
