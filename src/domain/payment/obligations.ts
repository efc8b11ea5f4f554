import { type OperationHash } from "../identifiers.js";
import { type Mutez } from "../money.js";
import { type Obligation } from "./events.js";

export type Status =
  /** `returned`: how often it came back unpaid through another content's fault; from 2 on it is sent alone. */
  | { readonly at: "open"; readonly returned: number }
  | { readonly at: "batched"; readonly batchId: string; readonly returned: number }
  | {
      readonly at: "paid";
      readonly sent: Mutez;
      readonly charged: Mutez;
      readonly operation: OperationHash | null;
      /** What a payment outside of the plan left over; a delegator's was added to the ledger. */
      readonly adjusted?: Mutez;
      /** Which content of a foreign operation paid it. */
      readonly content?: number;
    }
  | { readonly at: "carried" }
  | { readonly at: "held"; readonly reason: string };

/** An obligation and what became of it. */
export type Standing = Obligation & { readonly status: Status };

const CHUNK = 256;

interface Chunk {
  readonly rows: readonly Standing[];
  /** Whether some of the rows are open. */
  readonly hasOpen: boolean;
}

const chunkOf = (rows: readonly Standing[]): Chunk => ({
  rows,
  hasOpen: rows.some(({ status }) => status.at === "open"),
});

/**
 * A plan's obligations by id, in the plan's order. `with` answers a new collection and copies only the chunks that
 * change: a batch touches few of the tens of thousands, and earlier folds stay as they are.
 */
export class Obligations {
  static readonly none = new Obligations(new Map(), []);

  private constructor(
    private readonly places: ReadonlyMap<string, number>,
    private readonly chunks: readonly Chunk[],
  ) {}

  /** Of rows with distinct ids. */
  static of(rows: readonly Standing[]): Obligations {
    const chunks: Chunk[] = [];
    for (let start = 0; start < rows.length; start += CHUNK)
      chunks.push(chunkOf(rows.slice(start, start + CHUNK)));
    return new Obligations(new Map(rows.map(({ id }, place) => [id, place])), chunks);
  }

  get size(): number {
    return this.places.size;
  }

  get(id: string): Standing | undefined {
    const place = this.places.get(id);
    return place === undefined ? undefined : this.chunks[Math.floor(place / CHUNK)]?.rows[place % CHUNK];
  }

  *values(): IterableIterator<Standing> {
    for (const { rows } of this.chunks) yield* rows;
  }

  *open(): IterableIterator<Standing> {
    for (const { rows, hasOpen } of this.chunks)
      if (hasOpen) for (const row of rows) if (row.status.at === "open") yield row;
  }

  /** Changes those that are there; an id that is not is passed over. */
  with(ids: Iterable<string>, change: (old: Standing) => Standing): Obligations {
    const copies = new Map<number, Standing[]>();
    for (const id of ids) {
      const place = this.places.get(id);
      if (place === undefined) continue;
      const at = Math.floor(place / CHUNK);
      const rows = copies.get(at) ?? [...(this.chunks[at]?.rows ?? [])];
      const old = rows[place % CHUNK];
      if (old === undefined) continue;
      rows[place % CHUNK] = change(old);
      copies.set(at, rows);
    }
    const chunks = [...this.chunks];
    for (const [at, rows] of copies) chunks[at] = chunkOf(rows);
    return new Obligations(this.places, chunks);
  }
}
