// Signs the log when a cycle has settled in it, keeps what was signed elsewhere, and lets nobody change what it covers (I9).
import { type Verdict } from "../../src/application/audit/verifier.js";
import { realEditOf } from "../support/audit/edits.js";
import { examine, keptFrom } from "../support/audit/examine.js";
import { checkpointerOn } from "../support/audit/signed-log.js";
import { type World } from "../support/world/world.js";
import { Chance } from "./chance.js";

/** Other numbers for edits than for all else. */
const EDITS = 0xed17;

export class Notary {
  private readonly chance: Chance;
  private checkpoints: ReturnType<typeof checkpointerOn>;
  /** Signed notes by size, of the log as it is. */
  private kept = new Map<number, string>();
  private seen = 0;
  private restores = 0;

  constructor(
    private readonly world: World,
    seed: number,
  ) {
    this.chance = new Chance(seed ^ EDITS);
    this.checkpoints = checkpointerOn(world, world.store);
  }

  /** To be called after each step. */
  async look(): Promise<void> {
    const { world } = this;
    if (world.restores > this.restores) this.takeUp();
    const news = world.events().slice(this.seen);
    this.seen += news.length;
    if (!news.some(({ event }) => event.type === "CycleSettled")) return;
    const { checkpointer, files } = this.checkpoints;
    await checkpointer.catchUp();
    for (const [size, note] of files.written) this.kept.set(size, note);
  }

  /** The log fits all that was signed of it, and an edit of what that covers is found. */
  check(): void {
    const { store } = this.world;
    const events = store.snapshot();
    const [untouched] = this.verdictOf(events).findings;
    if (untouched !== undefined) throw new Error(`nobody has changed the log, and yet: ${untouched.detail}`);
    const newest = Math.max(0, ...this.kept.keys());
    if (newest === 0) return;
    const edited = realEditOf(events, newest, this.chance);
    if (this.verdictOf(edited.events).findings.length === 0)
      throw new Error(`an edit before a checkpoint that was kept elsewhere is not found: ${edited.told}`);
  }

  private verdictOf(events: Parameters<typeof examine>[0]): Verdict {
    return examine(events, { kept: [...this.kept.values()].map((note) => keptFrom(note)) });
  }

  /** The log was put back: what was signed of what is lost is none of this log's any more. */
  private takeUp(): void {
    const { world } = this;
    this.restores = world.restores;
    this.seen = Math.min(this.seen, world.store.size);
    this.kept = new Map([...this.kept].filter(([size]) => size <= world.store.size));
    this.checkpoints = checkpointerOn(world, world.store);
    this.check();
  }
}
