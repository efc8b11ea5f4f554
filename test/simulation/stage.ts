// Who acts next: every call of every port waits here for its turn, so that one seed decides the whole order.
import { type Clock } from "../../src/application/ports/system.js";
import { type Gate } from "../support/world/faults.js";

/** A call that waits for its turn. */
export interface Turn {
  readonly actor: Actor;
  readonly name: string;
  /** How long the log was when its caller looked last. */
  readonly since: number;
  /** Carries the call out and answers the caller. */
  readonly run: () => Promise<void>;
  /** Carries the call out; the caller never learns of it, whatever comes of it. */
  readonly runUnheard: () => Promise<void>;
  /** Answers the caller with an error. */
  readonly fail: (error: Error) => void;
}

const ignore = (): undefined => undefined;

/** A process or a person; its calls are carried out when the stage says so, and never once it is dead. */
export class Actor implements Gate {
  alive = true;
  /** Its calls wait until this round, as of a process that the system has stopped. */
  frozenUntil = 0;
  /** Is told of each call when it is asked for. */
  onCall: (name: string) => void = ignore;
  /** What its next call meets at once, if it is the one that is meant. */
  failNext: (name: string) => Error | undefined = ignore;
  /** How long the log was at its last look. */
  lookedAt = 0;
  /** How far its clock is ahead, in milliseconds. */
  skew = 0;

  constructor(
    readonly name: string,
    private readonly stage: Stage,
  ) {}

  call<T>(name: string, run: () => Promise<T>): Promise<T> {
    if (!this.alive) return new Promise(ignore);
    this.onCall(name);
    const failure = this.failNext(name);
    if (failure) {
      this.failNext = ignore;
      return Promise.reject(failure);
    }
    return new Promise<T>((resolve, reject) => {
      const ifAlive = (answer: () => void): void => {
        if (this.alive) answer();
      };
      this.stage.queue({
        actor: this,
        name,
        since: this.lookedAt,
        run: () =>
          run().then(
            (result) => ifAlive(() => resolve(result)),
            (error: Error) => ifAlive(() => reject(error)),
          ),
        runUnheard: () => run().then(ignore, ignore),
        fail: (error) => ifAlive(() => reject(error)),
      });
    });
  }

  /** Dies here: what it asked for and has not got yet it never gets. */
  die(): void {
    this.alive = false;
    this.stage.forget(this);
  }
}

interface Sleeper {
  readonly actor: Actor;
  /** By the world's clock. */
  readonly until: number;
  readonly wake: () => void;
}

export class Stage {
  /** How often everybody had nothing left to do but wait. */
  round = 0;
  private waiting: Turn[] = [];
  private sleepers: Sleeper[] = [];
  private last: Actor | undefined;

  constructor(private readonly now: () => number) {}

  queue(turn: Turn): void {
    this.waiting.push(turn);
  }

  forget(actor: Actor): void {
    this.waiting = this.waiting.filter((turn) => turn.actor !== actor);
    this.sleepers = this.sleepers.filter((sleeper) => sleeper.actor !== actor);
  }

  /** The call of a port that an actor waits for fails; if there is none, its next one. */
  cutOff(actor: Actor, port: string, error: (name: string) => Error): void {
    const isOfPort = (name: string) => name.startsWith(`${port}.`);
    const cut = this.waiting.filter((turn) => turn.actor === actor && isOfPort(turn.name));
    this.waiting = this.waiting.filter((turn) => !cut.includes(turn));
    for (const turn of cut) turn.fail(error(turn.name));
    if (cut.length === 0) actor.failNext = (name) => (isOfPort(name) ? error(name) : undefined);
  }

  /** A clock of one actor's own, whose time passes as the world's. */
  clockOf(actor: Actor): Clock {
    return {
      now: () => new Date(this.now() + actor.skew),
      sleep: (ms, signal) => this.sleep(actor, ms, signal),
    };
  }

  /** Resolves in the first round that finds this much time gone, or on abort. */
  sleep(actor: Actor, ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener("abort", wake);
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        resolve();
      };
      const sleeper = { actor, until: this.now() + ms, wake };
      this.sleepers.push(sleeper);
      signal?.addEventListener("abort", wake);
    });
  }

  /** Lets everybody run until all of them wait. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** The next call: that of the actor who went last, unless `other` says which of the actors waiting goes. */
  next(other?: number): Turn | undefined {
    const able = this.waiting.filter(({ actor }) => actor.frozenUntil <= this.round);
    const actors = [...new Set(able.map(({ actor }) => actor))];
    const stays = actors.find((actor) => actor === this.last) ?? actors[0];
    const chosen = other === undefined ? stays : actors[other % actors.length];
    return able.find(({ actor }) => actor === chosen);
  }

  /** Its calls go first from now on. */
  prefer(actor: Actor): void {
    this.last = actor;
  }

  /** It waits no longer. */
  take(turn: Turn): void {
    this.last = turn.actor;
    this.waiting = this.waiting.filter((one) => one !== turn);
  }

  /** Begins another round: who has slept long enough wakes up. */
  wake(): void {
    this.round += 1;
    const now = this.now();
    const awake = this.sleepers.filter(({ until, actor }) => until <= now && actor.frozenUntil <= this.round);
    for (const { wake } of awake) wake();
  }
}
