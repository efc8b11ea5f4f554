// A process over its lives: how it dies, and comes back on what is durable.
import { Actor, type Stage } from "./stage.js";

export abstract class Living {
  /** Its present life. */
  actor: Actor;
  private stopping = new AbortController();
  private startAt: number | undefined;
  private lives = 0;

  constructor(
    private readonly name: string,
    protected readonly stage: Stage,
    protected readonly onFailure: (error: unknown) => void,
  ) {
    this.actor = new Actor(name, stage);
  }

  /** Runs one life until the signal is aborted. */
  protected abstract live(actor: Actor, signal: AbortSignal): Promise<void>;

  /** Dies at once; comes back in that many rounds. `_pruned`: what it stands on keeps little then. */
  kill(rounds: number, _pruned: boolean): void {
    this.actor.die();
    this.startAt = this.stage.round + rounds;
  }

  /** Dies, and never comes back. */
  retire(): void {
    this.actor.die();
    this.startAt = undefined;
  }

  /** Is told to stop; comes back that many rounds after it has. */
  stop(rounds: number): void {
    this.startAt = this.stage.round + rounds;
    this.stopping.abort();
  }

  /** Comes back if its time has come. */
  startWhenDue(): void {
    if (this.startAt === undefined || this.startAt > this.stage.round) return;
    if (this.actor.alive) return;
    this.startAt = undefined;
    this.start();
  }

  /** A new life on what is durable. */
  start(): void {
    this.lives += 1;
    const actor = new Actor(`${this.name}, life ${this.lives}`, this.stage);
    this.actor = actor;
    this.stopping = new AbortController();
    this.live(actor, this.stopping.signal).then(
      () => actor.die(),
      (error: unknown) => this.onFailure(error),
    );
  }
}
