// A run as a person can read it: what went wrong, and what the log says came of it.
import { type DomainEvent } from "../../src/domain/events.js";
import { type World } from "../support/world/world.js";
import { type Disturbance } from "./disturbances.js";
import { type Turn } from "./stage.js";

/** Of an event's data, what tells one from another. */
const brief = ({ type, data }: DomainEvent): string => {
  const entries = Object.entries(data).flatMap(([name, value]: [string, unknown]) => {
    if (Array.isArray(value)) return [`${name} x ${value.length}`];
    if (typeof value === "object" && value !== null) return [];
    const text = String(value);
    return [`${name} ${text.length > 24 ? `${text.slice(0, 12)}...` : text}`];
  });
  return `${type}${entries.length > 0 ? ` {${entries.slice(0, 6).join(", ")}}` : ""}`;
};

/** `wallet`, `payment 1`, `payment bond 1` ... of a stream's name. */
const shortName = (stream: string): string => {
  const [category = "", rest = ""] = stream.split("-");
  const [, ...name] = rest.split("_");
  return [category, ...name].join(" ");
};

export class Story {
  private readonly told: string[] = [];
  private events = 0;
  private level = -1;

  constructor(private readonly world: World) {}

  /** Something goes wrong at a call. */
  tell(step: number, { actor, name }: Turn, { do: does, ...how }: Disturbance): void {
    const details = Object.keys(how).length > 0 ? ` ${JSON.stringify(how)}` : "";
    this.told.push(`step ${step}: ${actor.name} is at ${name}: ${does}${details}`);
  }

  /** What chain and log have become since. */
  follow(): void {
    const { head } = this.world.model;
    if (head.level !== this.level) {
      this.level = head.level;
      const hashes = head.operations.map(({ operation }) => operation.hash.slice(0, 12)).join(", ");
      this.told.push(`  block ${head.level}${hashes === "" ? "" : `: ${hashes}`}`);
    }
    const { size } = this.world.store;
    if (size === this.events) return;
    if (size < this.events) {
      this.told.push(`    the log is put back by ${this.events - size} events`);
      this.events = size;
    }
    for (const { stream, event } of this.world.events().slice(this.events)) {
      this.told.push(`    ${shortName(stream)}: ${brief(event)}`);
    }
    this.events = size;
  }

  /** Blocks in which nothing happened are left out. */
  lines(): readonly string[] {
    const isQuiet = (line: string | undefined) => line !== undefined && /^ {2}block \d+$/.test(line);
    return this.told.filter((line, i) => !(isQuiet(line) && isQuiet(this.told[i + 1])));
  }
}
