import { type Position } from "./event-store.js";

/** What a read model is doing, as far as it shows to any process. */
export type ReadModelState =
  /** Nothing has been projected yet. */
  | "empty"
  | "at-head"
  | "behind"
  /** A person holds it at a position. */
  | "pinned"
  /** An event cannot be applied: see the finding. */
  | "stopped"
  /** Its rows are of another version or event store: a running projector makes them anew, or a newer release has. */
  | "other-version"
  | "other-store";

export interface ReadModelStatus {
  readonly name: string;
  readonly state: ReadModelState;
  /** What stops it. */
  readonly finding: { readonly kind: string; readonly message: string } | null;
  /** Of the last event applied; null before the first. */
  readonly position: Position | null;
  /** When that was recorded. */
  readonly asOf: Date | null;
  readonly head: Position;
  /** Events that are not applied; `more`: there are more than were counted. */
  readonly lag: { readonly events: number; readonly more: boolean; readonly seconds: number };
  /** The version of its rows, and the one of this release. */
  readonly version: number | null;
  readonly releaseVersion: number;
  readonly pinned: boolean;
  /** A second set of tables that is being built, or was left by a process that died. */
  readonly building: { readonly position: Position; readonly target: Position | null } | null;
  /** The newest snapshot in this installation's folder. */
  readonly snapshot: { readonly id: string; readonly position: Position } | null;
}

export interface BuildProgress {
  readonly name: string;
  readonly doing: "reading" | "comparing" | "waiting-for-readers";
  readonly position: Position;
  readonly eventsPerSecond: number;
  /** At this rate; null while it is not known. */
  readonly secondsLeft: number | null;
}

/** What became of one read model. */
export interface Built {
  readonly name: string;
  readonly position: Position;
  readonly pinned: boolean;
  /** The snapshot that it began with; null: from zero. */
  readonly base: string | null;
  /** Tables whose rows in service were not those of the log; null: they could not be compared at one position. */
  readonly differing: readonly string[] | null;
  /** Why it was not built; what serves is as it was. */
  readonly failure: string | null;
}

export type RollbackTarget =
  | { readonly to: "head" }
  | { readonly to: "position"; readonly position: Position }
  /** The last position recorded at or before it, by the store's clock. */
  | { readonly to: "time"; readonly time: Date }
  | { readonly to: "snapshot"; readonly id: string };

export interface ListedSnapshot {
  readonly id: string;
  readonly projection: string | null;
  readonly position: Position | null;
  readonly asOf: Date | null;
  readonly version: number | null;
  readonly digest: string | null;
  readonly bytes: number | null;
  /** Why it cannot be used. */
  readonly problem: string | null;
}

export interface Building {
  readonly signal: AbortSignal;
  readonly progress: (progress: BuildProgress) => void;
  /** What a person should know besides. */
  readonly note: (text: string) => void;
}

/** The read models as an operator handles them. Commands throw `ReadModelRefused` for what they do not do. */
export interface ReadModels {
  readonly names: readonly string[];
  status(): Promise<readonly ReadModelStatus[]>;
  /** Makes rows anew from the log, beside those in service, and puts them into their place. */
  rebuild(names: readonly string[], how: Building): Promise<readonly Built[]>;
  /** The same up to one position for all of them, from the best snapshots, and holds them there; the head lets them go. */
  rollback(names: readonly string[], target: RollbackTarget, how: Building): Promise<readonly Built[]>;
  snapshot(names: readonly string[]): Promise<readonly ListedSnapshot[]>;
  snapshots(): Promise<readonly ListedSnapshot[]>;
}

/** A command on read models is not carried out; the message says why and what to do. */
export class ReadModelRefused extends Error {
  override readonly name = "ReadModelRefused";
}

/** One projection, as the process that runs it knows it without asking anybody. */
export interface ProjectionFigures {
  readonly projection: string;
  readonly state: string;
  /** Since the process began; those that others have applied do not count. */
  readonly eventsApplied: number;
  /** That stopped it since the process began, of each kind that there is. */
  readonly findings: readonly { readonly kind: string; readonly count: number }[];
}

/** Events that are counted at most behind a projection: one that stands still must not have the log read at each look. */
export const MOST_COUNTED = 1_000;

/** Where a projection stands in the log. */
export interface ProjectionPlace {
  readonly projection: string;
  /** Of the last event applied; `START` before the first. */
  readonly position: Position;
  /** Events that are not applied, up to `MOST_COUNTED`, and the age of the oldest of them. */
  readonly eventsBehind: number;
  readonly secondsBehind: number;
}

/** What a process has to tell of the projections that it runs. */
export interface ProjectorFigures {
  readonly projections: readonly ProjectionFigures[];
  /** Undefined while the log does not answer. */
  readonly log: { readonly head: Position; readonly places: readonly ProjectionPlace[] } | undefined;
}
