import { NO_STREAM, type Revision } from "../../../application/ports/event-store.js";

/** Where each id of one stream stands, as far as this process has read or written the stream. */
export class KnownIds {
  private readonly places = new Map<string, Revision>();
  /** The stream is known up to this revision. */
  head: Revision = NO_STREAM;

  get size(): number {
    return this.places.size;
  }

  /** To be called in order, from `head + 1` at the latest. */
  note(id: string, revision: Revision): void {
    this.places.set(id, revision);
    this.head = Math.max(this.head, revision);
  }

  placeOf(id: string): Revision | undefined {
    return this.places.get(id);
  }
}

/** About 100 bytes an id. */
const MAX_IDS = 200_000;

/** The ids of the streams used last. */
export class KnownStreams {
  private readonly streams = new Map<string, KnownIds>();

  of(stream: string): KnownIds {
    const known = this.streams.get(stream);
    if (known === undefined) this.forget();
    else this.streams.delete(stream);
    const current = known ?? new KnownIds();
    this.streams.set(stream, current);
    return current;
  }

  private forget(): void {
    let ids = 0;
    for (const known of this.streams.values()) ids += known.size;
    for (const [stream, known] of this.streams) {
      if (ids <= MAX_IDS) return;
      this.streams.delete(stream);
      ids -= known.size;
    }
  }
}
