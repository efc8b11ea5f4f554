// What a process can tell of the projections that it runs, for its metrics.
import { StoreUnavailable } from "../application/ports/event-store.js";
import {
  MOST_COUNTED,
  type ProjectionFigures,
  type ProjectionPlace,
  type ProjectorFigures,
} from "../application/ports/read-models.js";
import { type Clock } from "../application/ports/system.js";
import { type ProjectionRunner } from "./engine.js";
import { FINDING_KINDS } from "./findings.js";
import { lagReader, type Places } from "./lag.js";

/** Prometheus gives a look up after ten seconds: what is known without the log is said before. */
const PATIENCE_MS = 5_000;

type Runner = Pick<ProjectionRunner, "name" | "state" | "position" | "eventsApplied">;

const figuresOf = ({ name, state, eventsApplied }: Runner): ProjectionFigures => ({
  projection: name,
  state: state.at,
  eventsApplied,
  findings: FINDING_KINDS.map((kind) => ({
    kind,
    count: state.at === "stopped" && state.finding.kind === kind ? 1 : 0,
  })),
});

const placesIn = async (
  store: Places,
  runners: readonly Runner[],
  now: Date,
): Promise<NonNullable<ProjectorFigures["log"]>> => {
  const head = await store.head();
  const lagAfter = lagReader(store, now, MOST_COUNTED);
  const places: ProjectionPlace[] = [];
  for (const { name: projection, position } of runners) {
    const { events: eventsBehind, seconds: secondsBehind } = await lagAfter(position);
    places.push({ projection, position, eventsBehind, secondsBehind });
  }
  return { head, places };
};

/** Undefined if the log does not answer, or not in time. */
const answered = async <T>(answer: Promise<T>, clock: Clock): Promise<T | undefined> => {
  const done = new AbortController();
  const tooLate = clock.sleep(PATIENCE_MS, done.signal).then(() => undefined);
  try {
    return await Promise.race([answer, tooLate]);
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  } finally {
    done.abort();
  }
};

/** The figures of these runners now; what the log must be asked for is left out if it does not answer. */
export const readFigures = async (
  runners: readonly Runner[],
  store: Places,
  clock: Clock,
): Promise<ProjectorFigures> => {
  const log = await answered(placesIn(store, runners, clock.now()), clock);
  return { projections: runners.map(figuresOf), log };
};
