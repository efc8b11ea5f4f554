// A process that keeps every read model in step with the log, over its lives.
import { projections } from "../../projections/all.js";
import { type Position } from "../../src/application/ports/event-store.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";
import { ProjectionRunner } from "../../src/readmodel/engine.js";
import { type Projection } from "../../src/readmodel/projection.js";
import { type MemoryReadDatabase } from "../support/memory-read-database.js";
import { gated } from "../support/world/faults.js";
import { type World } from "../support/world/world.js";
import { Living } from "./living.js";
import { type Actor, type Stage } from "./stage.js";
import { Subscription, type SubscriptionFault } from "./subscription.js";

/** A runner draws its shorter waits by lot: here each of them is one round. */
const LONGEST_DRAWN_MS = 10_000;
const ROUND_MS = 6_000;

export class Projector extends Living {
  private runners: readonly ProjectionRunner[] = [];
  private subscriptions: readonly Subscription[] = [];

  constructor(
    readonly number: number,
    private readonly world: World,
    stage: Stage,
    private readonly database: MemoryReadDatabase,
    onFailure: (error: unknown) => void,
  ) {
    super(`projector ${number}`, stage, onFailure);
  }

  /** One of its subscriptions breaks. */
  breakDown(n: number, fault: SubscriptionFault): void {
    this.subscriptions[n % this.subscriptions.length]?.breakDown(fault);
  }

  /** Whether it says that a read model shows all up to this position. */
  claims({ name }: Projection, position: Position): boolean {
    const runner = this.runners[projections.findIndex((projection) => projection.name === name)];
    return this.actor.alive && runner?.state.at === "live" && runner.position >= position;
  }

  /** What its runners say. */
  states(): string {
    return this.runners.map(({ state, position }) => `${JSON.stringify(state)} at ${position}`).join("; ");
  }

  protected async live(actor: Actor, signal: AbortSignal): Promise<void> {
    const { world, stage, database } = this;
    const idle = (ms: number, until?: AbortSignal) => stage.sleep(actor, ms, until);
    const clock = {
      ...stage.clockOf(actor),
      sleep: (ms: number, until?: AbortSignal) => idle(ms > LONGEST_DRAWN_MS ? ms : 1, until),
    };
    const store = gated(world.store, "store", actor, ["storeId", "head", "read"]);
    const following = projections.map((projection) => {
      const subscription = new Subscription(world.store, (rounds, until) => idle(rounds * ROUND_MS, until));
      const followed = new Proxy(store, {
        get: (target, key): unknown =>
          key === "subscribeAll" ? subscription.follow.bind(subscription) : Reflect.get(target, key, target),
      });
      const rows = gated(database.rowsOf(projection), "rows", actor, ["open", "read", "commit"]);
      const report = () => undefined;
      const runner = new ProjectionRunner(projection, new CodedEventLog(followed), rows, clock, report);
      return { runner, subscription };
    });
    this.runners = following.map(({ runner }) => runner);
    this.subscriptions = following.map(({ subscription }) => subscription);
    await Promise.all(this.runners.map((runner) => this.run(runner, signal)));
  }

  /** No finding is a right answer to any of the faults. */
  private async run(runner: ProjectionRunner, signal: AbortSignal): Promise<void> {
    await runner.run(signal);
    const { state } = runner;
    if (state.at === "stopped") throw new Error(`a projection stopped: ${state.finding.message}`);
  }
}
