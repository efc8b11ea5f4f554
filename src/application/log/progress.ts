/** How far long work over a log has come: events so far, and which part of all is done (0 to 1). */
export interface Progress {
  readonly events: number;
  readonly fraction: number;
}

/** Told after each event: cheap, and as often. */
export type OnProgress = (progress: Progress) => void;
