import { randomUUID } from "node:crypto";
import { status } from "@grpc/grpc-js";
import type streams from "@eventstore/db-client/generated/streams_pb.js";
import { type Log, type Logged } from "./log.js";
import { transmit, type ReadCall } from "./transmit.js";
import { caughtUp, checkpoint, confirmation, eventMessage, refusal } from "./wire.js";

/** Live events that may wait for a consumer when the next ones come; one that is further behind is dropped. */
const LIVE_BUFFER = 32;
/** Events considered between two checkpoints, times the multiplier asked for. */
const PAGE = 32;

/** Subscriptions to the whole log, each after a position: confirmation, history, caughtUp, then live events. */
export class Subscriptions {
  private readonly open = new Set<Subscription>();
  private toRefuse = 0;

  constructor(private readonly log: Log) {}

  async serve(call: ReadCall, options: streams.ReadReq.Options): Promise<void> {
    if (this.toRefuse > 0) {
      this.toRefuse -= 1;
      call.emit("error", tooSlow());
      return;
    }
    const subscription = new Subscription(call, this.log, options);
    this.open.add(subscription);
    await subscription.run();
    this.open.delete(subscription);
  }

  /** Events from this index of the log on are new. */
  written(from: number): void {
    for (const subscription of this.open) subscription.written(from);
  }

  /** So many of the next ones fail at once. */
  refuse(times: number): void {
    this.toRefuse = times;
  }

  /** Those open now say nothing more, and do not end either. */
  silence(): void {
    for (const subscription of this.open) subscription.stop();
  }
}

class Subscription {
  private next: number;
  private live = false;
  private stopped = false;
  private wake: () => void = () => undefined;
  private readonly matches: (event: Logged) => boolean;
  private readonly checkpointEvery: number;

  constructor(
    private readonly call: ReadCall,
    private readonly log: Log,
    options: streams.ReadReq.Options,
  ) {
    const all = options.getAll();
    const position = all?.getPosition()?.getCommitPosition();
    if (all?.hasEnd()) this.next = log.all.length;
    else this.next = position === undefined ? 0 : log.indexAt(BigInt(position) + 1n);
    const filter = options.getFilter();
    this.matches = matcher(filter);
    this.checkpointEvery = (filter?.getCheckpointintervalmultiplier() ?? Infinity) * PAGE;
    call.on("cancelled", () => this.stop());
  }

  async run(): Promise<void> {
    await transmit(this.call, confirmation(randomUUID()));
    while (!this.stopped) {
      const event = this.log.all[this.next];
      if (event !== undefined) await this.consider(event);
      else if (this.live) await new Promise<void>((resolve) => (this.wake = resolve));
      else await this.goLive();
    }
  }

  written(from: number): void {
    if (this.live && from - this.next > LIVE_BUFFER) this.drop();
    this.wake();
  }

  stop(): void {
    this.stopped = true;
    this.wake();
  }

  private async consider(event: Logged): Promise<void> {
    this.next += 1;
    if (this.matches(event)) await transmit(this.call, eventMessage(event));
    if (this.next % this.checkpointEvery === 0 && !this.stopped)
      await transmit(this.call, checkpoint(event.position));
  }

  private async goLive(): Promise<void> {
    this.live = true;
    await transmit(this.call, caughtUp());
  }

  private drop(): void {
    this.stop();
    this.call.emit("error", tooSlow());
  }
}

const tooSlow = () =>
  refusal(status.ABORTED, "Consumer too slow to handle event while live. Client resubscription required.");

const matcher = (filter: streams.ReadReq.Options.FilterOptions | undefined): ((event: Logged) => boolean) => {
  const byType = filter?.getEventType();
  const expression = byType ?? filter?.getStreamIdentifier();
  if (expression === undefined) return () => true;
  const regex = new RegExp(expression.getRegex());
  const prefixes = expression.getPrefixList();
  return (event) => {
    const text = byType === undefined ? event.stream : event.type;
    return prefixes.length > 0 ? prefixes.some((prefix) => text.startsWith(prefix)) : regex.test(text);
  };
};
