// A projection that shows whether each event was applied once and in order, and a log of every write to it.
import { type Position } from "../../src/application/ports/event-store.js";
import { type LoggedEvent } from "../../src/application/ports/event-log.js";
import { streamName } from "../../src/domain/identifiers.js";
import { type Transact } from "../../src/readmodel/database.js";
import {
  bigint,
  defineTable,
  integer,
  type Projection,
  text,
  upsert,
} from "../../src/readmodel/projection.js";

export const entries = defineTable("entries", { position: bigint, stream: text }, { key: ["position"] });
export const streams = defineTable("streams", { stream: text, revision: integer }, { key: ["stream"] });

/** One row an event, and one a stream with its last revision. */
export const journal: Projection = {
  name: "journal",
  version: 1,
  tables: [entries, streams],
  apply: ({ position, stream, revision }) => [
    upsert(entries, { position, stream }),
    upsert(streams, { stream, revision }),
  ],
};

/** Writes down every row that is inserted or updated in `read.entries`, from now on. */
export const auditEntries = (transact: Transact): Promise<void> =>
  transact(async (session) => {
    await session.query("CREATE TABLE public.writes (n bigserial, position bigint)");
    await session.query(
      `CREATE FUNCTION public.write_down() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN INSERT INTO public.writes (position) VALUES (NEW.position); RETURN NEW; END $$`,
    );
    await session.query(
      `CREATE TRIGGER audit AFTER INSERT OR UPDATE ON read.entries
       FOR EACH ROW EXECUTE FUNCTION public.write_down()`,
    );
  });

/** Positions of the rows written since `auditEntries`, in order of writing. */
export const writesOf = (transact: Transact): Promise<bigint[]> =>
  transact(async (session) => {
    const { rows } = await session.query("SELECT position::text FROM public.writes ORDER BY n");
    return rows.map((row) => BigInt((row as { position: string }).position));
  });

/** Events of a few streams, from a number on. */
export const journalEvents = (count: number, from = 0): LoggedEvent[] =>
  Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return {
      event: { type: "CycleReleased", data: { actor: `${n}` } },
      id: `${n}`,
      stream: streamName("cycle", `s${n % 3}`),
      revision: Math.floor(n / 3),
      position: BigInt(n * 10) as Position,
      recordedAt: new Date(n),
    };
  });
