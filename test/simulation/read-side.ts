// The read models as the projectors leave them: against the log folded in one go (I5), and against the streams' own folds.
import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import { projections } from "../../projections/all.js";
import { cycleOf, paymentOf } from "../../src/application/aggregates.js";
import { type Position, START } from "../../src/application/ports/event-store.js";
import { Repository } from "../../src/application/repository.js";
import { asCycle, type Cycle } from "../../src/domain/identifiers.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";
import { type Checkpoint } from "../../src/readmodel/checkpoint.js";
import { type Projection, type Row } from "../../src/readmodel/projection.js";
import { BAKER } from "../support/chain-model.js";
import { MemoryTables } from "../support/fold.js";
import { type Kept, MemoryReadDatabase } from "../support/memory-read-database.js";
import { MemoryEventStore } from "../support/memory-event-store.js";
import { naive, sideBySide } from "../support/naive/all.js";
import { type Events } from "../support/naive/walk.js";
import { byName, toldByFold, toldByRows } from "../support/payment-rows.js";
import { type LoggedFact } from "../support/world/installation.js";
import { type World } from "../support/world/world.js";
import { type Projector } from "./projector.js";

/** One projection's rows by the log alone, up to where they were last asked for. */
class Fold {
  private tables: MemoryTables;
  private count = 0;
  private last: LoggedFact | undefined;

  constructor(
    private readonly projection: Projection,
    private readonly world: World,
  ) {
    this.tables = new MemoryTables(projection.tables);
  }

  upTo(position: Position): MemoryTables {
    const facts = this.world.events();
    const end = Number(position) + 1;
    if (end < this.count || this.last !== facts[this.count - 1]) {
      this.tables = new MemoryTables(this.projection.tables);
      this.count = 0;
    }
    for (const recorded of this.world.store.snapshot().slice(this.count, end)) {
      const fact = facts[Number(recorded.position)];
      if (fact === undefined) throw new RangeError(`event ${recorded.position}`);
      for (const change of this.projection.apply({ ...recorded, event: fact.event }))
        this.tables.apply(change);
    }
    this.count = end;
    this.last = facts[end - 1];
    return this.tables;
  }
}

export class ReadSide {
  readonly database = new MemoryReadDatabase();
  private readonly folds: ReadonlyMap<string, Fold>;
  private readonly checked = new Map<string, Kept>();

  constructor(
    private readonly world: World,
    private readonly projectors: () => readonly Projector[],
  ) {
    this.folds = new Map(
      projections.map((projection) => [projection.name, new Fold(projection, world)] as const),
    );
  }

  /** The rows are those of exactly the events that their checkpoint says, whoever has written them. */
  check(): void {
    for (const { name } of projections) {
      const kept = this.database.of(name);
      if (kept === undefined || kept === this.checked.get(name)) continue;
      this.checked.set(name, kept);
      const { position, last } = kept.checkpoint;
      if (!this.hasApplied(position, last)) continue; // of a log that was put back
      if (!isDeepStrictEqual(kept.tables, this.folds.get(name)?.upTo(position)))
        throw new Error(`the rows of ${name} at ${position} are not the fold of the log`);
    }
  }

  private hasApplied(position: Position, last: Checkpoint["last"]): boolean {
    const found = this.world.store.snapshot()[Number(position)];
    return (
      last === null || (found?.id === last.id && found.recordedAt.getTime() === last.recordedAt.getTime())
    );
  }

  /** Numbers of the read models that somebody holds at a position. */
  pinned(): readonly number[] {
    return [...projections.keys()].filter(
      (n) => this.database.of(projections[n]?.name ?? "")?.checkpoint.pinned === true,
    );
  }

  head(): Position {
    return (BigInt(this.world.store.size) - 1n) as Position;
  }

  /** Whether each read model shows the log up to a position, and each projector says so. */
  shows(position: Position): boolean {
    const isThere = ({ name }: Projection) =>
      (this.database.of(name)?.checkpoint.position ?? START) >= position;
    return projections.every(
      (projection) =>
        isThere(projection) && this.projectors().every((projector) => projector.claims(projection, position)),
    );
  }

  /** What they show is what the streams say, told by their own folds. Throws where it is not. */
  async compareWithStreams(): Promise<void> {
    await this.comparePayments(this.streamsAsIn("payment"));
    await this.compareCycles(this.streamsAsIn("cycles"));
    for (const { name } of projections) {
      const kept = this.database.of(name);
      const toldOf = naive[name];
      if (kept === undefined || toldOf === undefined) throw new Error(`nothing to hold ${name} against`);
      const events = this.loggedUpTo(kept.checkpoint.position);
      const { shown, told } = sideBySide(toldOf(events), kept.tables.snapshot());
      expect(shown, name).to.deep.equal(told);
    }
  }

  /** What projectors say, for a person. */
  describe(): string {
    return this.projectors()
      .map((projector) => `projector ${projector.number}: ${projector.states()}`)
      .join("; ");
  }

  private loggedUpTo(position: Position): Events {
    const facts = this.world.events();
    return this.world.store
      .snapshot()
      .slice(0, Number(position) + 1)
      .flatMap((recorded, n) => {
        const fact = facts[n];
        return fact ? [{ ...recorded, event: fact.event }] : [];
      });
  }

  /** The streams as they were when a read model came to where it is. */
  private streamsAsIn(projection: string): Repository {
    const position = this.database.of(projection)?.checkpoint.position ?? START;
    const events = this.world.store.snapshot().slice(0, Number(position) + 1);
    return new Repository(new CodedEventLog(new MemoryEventStore(() => this.world.clock.now(), events)));
  }

  private async comparePayments(streams: Repository): Promise<void> {
    const told = [];
    for (const cycle of this.cycles()) {
      const { state } = await streams.load(paymentOf(BAKER, cycle));
      told.push(...toldByFold(`${BAKER}_${cycle}`, cycle, state));
    }
    const rows = this.rows("payment", "payment").filter(
      ({ payout, cycle }) => typeof cycle === "number" && payout === `${BAKER}_${cycle}`,
    );
    expect(toldByRows(rows).sort(byName), "payment").to.deep.equal(told.sort(byName));
  }

  private async compareCycles(streams: Repository): Promise<void> {
    const told = [];
    for (const cycle of this.cycles()) {
      const { state: life } = await streams.load(cycleOf(BAKER, cycle));
      if (life.at !== "unknown" || life.held) told.push([cycle, life.at, life.held?.reason ?? null]);
    }
    const shown = this.rows("cycles", "cycles").map((row) => [
      row["cycle"],
      row["state"],
      row["held_reason"],
    ]);
    const known = shown.filter(([, state, held]) => state !== "unknown" || held !== null);
    expect(known, "cycles").to.have.deep.members(told);
  }

  private cycles(): readonly Cycle[] {
    const { model } = this.world;
    return Array.from({ length: model.cycleOf(model.head.level) + 1 }, (_, cycle) => asCycle(cycle));
  }

  private rows(projection: string, table: string): readonly Row[] {
    return this.database.of(projection)?.tables.snapshot()[table] ?? [];
  }
}
