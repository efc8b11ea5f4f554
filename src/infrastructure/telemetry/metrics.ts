// The process's figures as Prometheus reads them.
import { Counter, Gauge, Registry } from "prom-client";
import { MOST_COUNTED, type ProjectorFigures } from "../../application/ports/read-models.js";

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Definition {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Of what is not known there is none. */
  readonly samples: (figures: ProjectorFigures) => readonly Sample[];
}

type Log = NonNullable<ProjectorFigures["log"]>;

const ofPlaces =
  (value: (place: Log["places"][number]) => number): Definition["samples"] =>
  ({ log }) =>
    (log?.places ?? []).map((place) => ({ labels: { projection: place.projection }, value: value(place) }));

const GAUGES: readonly Definition[] = [
  {
    name: "taps_projection_position",
    help: "Position of the last event that the projection has applied, -1 before the first.",
    labelNames: ["projection"],
    samples: ofPlaces(({ position }) => Number(position)),
  },
  {
    name: "taps_projection_lag_events",
    help: `Events of the log that the projection has not applied, counted up to ${MOST_COUNTED}.`,
    labelNames: ["projection"],
    samples: ofPlaces(({ eventsBehind }) => eventsBehind),
  },
  {
    name: "taps_projection_lag_seconds",
    help: "Age of the oldest event that the projection has not applied, 0 at the head of the log.",
    labelNames: ["projection"],
    samples: ofPlaces(({ secondsBehind }) => secondsBehind),
  },
  {
    name: "taps_projection_state",
    help: "1 for what the projection is doing in this process.",
    labelNames: ["projection", "state"],
    samples: ({ projections }) =>
      projections.map(({ projection, state }) => ({ labels: { projection, state }, value: 1 })),
  },
];

const COUNTERS: readonly Definition[] = [
  {
    name: "taps_projection_events_applied_total",
    help: "Events that this process has applied to the projection since it began.",
    labelNames: ["projection"],
    samples: ({ projections }) =>
      projections.map(({ projection, eventsApplied }) => ({ labels: { projection }, value: eventsApplied })),
  },
  {
    name: "taps_projection_findings_total",
    help: "Findings that have stopped the projection in this process since it began.",
    labelNames: ["projection", "kind"],
    samples: ({ projections }) =>
      projections.flatMap(({ projection, findings }) =>
        findings.map(({ kind, count }) => ({ labels: { projection, kind }, value: count })),
      ),
  },
];

/** All metrics of a scrape ask in one turn, and are given the answer to one question. */
const askedOnce = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask().finally(() => (answer = undefined)));
};

const registerHead = (registry: Registry, figures: () => Promise<ProjectorFigures>): void => {
  new Gauge({
    name: "taps_log_head_position",
    help: "Position of the last event in the log, -1 while it is empty.",
    registers: [registry],
    async collect() {
      const { log } = await figures();
      if (log) this.set(Number(log.head));
      else this.remove();
    },
  });
};

/** Metrics of the projections that a process runs; `ask` is called at each scrape. */
export const projectionMetrics = (ask: () => Promise<ProjectorFigures>): Registry => {
  const registry = new Registry();
  const registers = [registry];
  const figures = askedOnce(ask);
  registerHead(registry, figures);
  for (const { samples, ...definition } of GAUGES)
    new Gauge({
      ...definition,
      registers,
      async collect() {
        const found = samples(await figures());
        this.reset();
        for (const { labels, value } of found) this.set(labels, value);
      },
    });
  for (const { samples, ...definition } of COUNTERS)
    new Counter({
      ...definition,
      registers,
      async collect() {
        const found = samples(await figures());
        this.reset();
        for (const { labels, value } of found) this.inc(labels, value);
      },
    });
  return registry;
};
