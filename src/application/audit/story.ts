// A story of the log: what happened, in order, each with the event that says so.
import { type LoggedEvent } from "../ports/event-log.js";
import { type Place, placeOf } from "../replay/findings.js";

export interface StoryStep {
  readonly time: Date;
  /** For people; further lines are details. */
  readonly text: string;
  readonly details: readonly string[];
  readonly event: Place;
}

export class Story {
  private readonly told: StoryStep[] = [];

  tell(logged: LoggedEvent, text: string, details: readonly string[] = []): void {
    this.told.push({ time: logged.recordedAt, text, details, event: placeOf(logged) });
  }

  /** In the order of the log. */
  steps(): readonly StoryStep[] {
    return this.told.toSorted((a, b) => (a.event.position < b.event.position ? -1 : 1));
  }
}
