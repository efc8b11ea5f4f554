import { expect } from "chai";
import { cycleOf, paymentOf, walletOf } from "../../../src/application/aggregates.js";
import { NO_STREAM } from "../../../src/application/ports/event-store.js";
import { type Aggregate, execute, LogBroken, Repository } from "../../../src/application/repository.js";
import * as Cycle from "../../../src/domain/cycle/cycle.js";
import { type Decision, isRefused } from "../../../src/domain/decision.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { asCycle, asLevel } from "../../../src/domain/identifiers.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { addressOf } from "../../support/identifiers.js";
import { owedTo, planning } from "../../support/payment-samples.js";
import { adopted, begun, paused, resumed } from "../../support/wallet-samples.js";
import { ManualClock } from "../../support/world/manual-clock.js";
import { WatchedStore } from "../../support/watched-store.js";

const metadata = { correlationId: "one", causationId: "one", actor: "ana" };
const cycle = cycleOf(addressOf("baker"), asCycle(750));
const wallet = walletOf(addressOf("payer"));
const levels = { firstLevel: asLevel(1), lastLevel: asLevel(10) };
const opened: Cycle.Event = { type: "CycleOpened", data: levels };
const ended: Cycle.Event = { type: "CycleEnded", data: { finalLevel: asLevel(10) } };
const held = { reason: "person" as const, detail: "a look first", actor: "ana" };

const start = () => {
  const clock = new ManualClock(0);
  const store = new WatchedStore(clock);
  const log = new CodedEventLog(store);
  /** What another process does meanwhile. */
  const elsewhere = <State, Event extends DomainEvent>(
    aggregate: Aggregate<State, Event>,
    decide: (state: State) => Decision<Event, string>,
  ) => execute(new Repository(log), aggregate, decide, metadata);
  return { clock, store, log, repository: new Repository(log), elsewhere };
};

/** Pauses and resumes a wallet so often that it has this many events, checkpoints where they are due. */
const longWallet = (count: number): readonly Wallet.Event[] => {
  const events: Wallet.Event[] = [];
  let state = Wallet.initial;
  const add = (event: Wallet.Event) => {
    events.push(event);
    state = Wallet.evolve(state, event);
  };
  begun.forEach(add);
  while (events.length < count) {
    const due = Wallet.checkpoint(state);
    if (isRefused(due)) throw new Error(due.refused);
    due.forEach(add);
    add(events.length % 2 ? paused("person") : resumed("person"));
  }
  return events;
};

describe("repository", () => {
  it("folds a stream, and knows one that does not exist", async () => {
    const { log, repository } = start();
    expect(await repository.load(cycle)).to.deep.equal({ state: Cycle.initial, revision: NO_STREAM });
    await log.append(cycle.stream, NO_STREAM, [opened, ended], metadata);
    const { state, revision } = await repository.load(cycle);
    expect([state.at, revision]).to.deep.equal(["ended", 1]);
  });

  it("reads only what is new, and the last event it knows", async () => {
    const { store, log, repository } = start();
    await log.append(cycle.stream, NO_STREAM, [opened], metadata);
    await repository.load(cycle);
    await log.append(cycle.stream, 0, [ended], metadata);
    const { state } = await repository.load(cycle);
    await repository.load(cycle);
    expect(store.reads).to.deep.equal([{ from: 0 }, { from: 0 }, { from: 1 }]);
    expect([state.at, store.taken]).to.deep.equal(["ended", 4]);
  });

  it("reads from the beginning what it was told to forget", async () => {
    const { store, log, repository } = start();
    await log.append(cycle.stream, NO_STREAM, [opened, ended], metadata);
    await repository.load(cycle);
    repository.forget(cycle.stream);
    expect((await repository.load(cycle)).revision).to.equal(1);
    expect(store.reads).to.deep.equal([{ from: 0 }, { from: 0 }]);
  });

  it("keeps its fold when reading breaks off, and goes on from there", async () => {
    const { store, log, repository } = start();
    await log.append(cycle.stream, NO_STREAM, [opened], metadata);
    await repository.load(cycle);
    await log.append(cycle.stream, 0, [ended, { type: "CycleHeld", data: held }], metadata);
    const evolve = (state: Cycle.State, event: Cycle.Event): Cycle.State => {
      if (event.type === "CycleHeld") throw new Error("broken off");
      return Cycle.evolve(state, event);
    };
    const broken = await repository.load({ ...cycle, evolve }).catch((error: unknown) => error);
    expect(broken).to.be.an("error").with.property("message", "broken off");
    const { state, revision } = await repository.load(cycle);
    expect([state.at, state.held?.reason, revision]).to.deep.equal(["ended", "person", 2]);
    expect(store.reads).to.deep.equal([{ from: 0 }, { from: 0 }, { from: 0 }]);
  });

  it("refuses a log that was put back behind it, and one that has grown again since", async () => {
    const { clock, log, store, repository } = start();
    await log.append(cycle.stream, NO_STREAM, [opened], metadata);
    const earlier = store.snapshot();
    await log.append(cycle.stream, 0, [ended], metadata);
    await repository.load(cycle);
    store.restore(earlier);
    const shorter = await repository.load(cycle).catch((e: unknown) => e);
    await log.append(cycle.stream, 0, [{ type: "CycleHeld", data: held }], metadata);
    const other = await repository.load(cycle).catch((e: unknown) => e);
    store.restore(earlier);
    clock.advance(1);
    await log.append(cycle.stream, 0, [ended], metadata);
    const same = await repository.load(cycle).catch((e: unknown) => e);
    const message = `event 1 of ${cycle.stream}, which this process has read, is not in the log any more: the log was put back while TAPS ran. Start TAPS again`;
    for (const error of [shorter, other, same])
      expect(error).to.be.an.instanceOf(LogBroken).with.property("message", message);
  });

  it("refuses a stream that was cut from the front", async () => {
    const { log, store, repository } = start();
    await log.append(cycle.stream, NO_STREAM, [opened, ended], metadata);
    store.restore(store.snapshot().slice(1));
    const error = await repository.load(cycle).catch((e: unknown) => e);
    expect(error)
      .to.be.an.instanceOf(LogBroken)
      .with.property("message", `the log lacks event 0 of ${cycle.stream}: a part of it was deleted`);
  });

  it("refuses an event that does not belong into the stream", async () => {
    const { log, repository } = start();
    await log.append(cycle.stream, NO_STREAM, [opened, adopted], metadata);
    const error = await repository.load(cycle).catch((e: unknown) => e);
    expect(error)
      .to.be.an("error")
      .with.property("message", `WalletAdopted does not belong into ${cycle.stream}`);
  });
});

describe("loading from a checkpoint", () => {
  const events = longWallet(2_600);
  const checkpoints = events.flatMap(({ type }, revision) =>
    type === "WalletCheckpointed" ? [revision] : [],
  );
  const newest = checkpoints.at(-1) ?? 0;

  it("reads backwards to the newest one, and folds as from zero", async () => {
    const { store, log, repository } = start();
    await log.append(wallet.stream, NO_STREAM, events, metadata);
    expect(checkpoints).to.deep.equal([1_000, 2_001]);
    const loaded = await repository.load(wallet);
    const zero = events.reduce(Wallet.evolve, Wallet.initial);
    expect(loaded).to.deep.equal({ state: zero, revision: events.length - 1 });
    expect(store.reads).to.deep.equal([{ direction: "backwards" }, { from: newest }]);
    const tail = events.length - 1 - newest;
    expect(store.taken).to.equal(2 * (tail + 1));
  });

  it("passes over one of another fold", async () => {
    const { store, log, repository } = start();
    const other = events.map((event): Wallet.Event =>
      event.type === "WalletCheckpointed"
        ? { ...event, data: { ...event.data, foldVersion: Wallet.FOLD_VERSION + 1 } }
        : event,
    );
    await log.append(wallet.stream, NO_STREAM, other, metadata);
    const { state } = await repository.load(wallet);
    const zero = events.reduce(Wallet.evolve, Wallet.initial);
    expect(state).to.deep.equal(zero);
    expect(store.reads).to.deep.equal([{ direction: "backwards" }, { from: 0 }]);
  });

  it("is not needed again once the fold is known", async () => {
    const { store, log, repository } = start();
    await log.append(wallet.stream, NO_STREAM, events, metadata);
    await repository.load(wallet);
    await repository.load(wallet);
    expect(store.reads.slice(2)).to.deep.equal([{ from: events.length - 1 }]);
  });
});

describe("executing a command", () => {
  it("appends what was decided, and nothing the second time", async () => {
    const { store, repository } = start();
    const open = () => execute(repository, cycle, Cycle.open(levels), metadata);
    expect(await open()).to.deep.equal({ done: true, revision: 0, position: 0n });
    expect(await open()).to.deep.equal({ done: true, revision: 0, position: undefined });
    expect(store.appends).to.have.length(1);
  });

  it("appends nothing when the command is refused", async () => {
    const { store, repository } = start();
    const outcome = await execute(repository, cycle, Cycle.hold(held), metadata);
    expect(outcome).to.deep.equal({ done: false, refused: { refused: "never-opened", facts: {} } });
    expect(store.appends).to.deep.equal([]);
  });

  it("decides again on what another process wrote meanwhile", async () => {
    const { store, repository, elsewhere } = start();
    await elsewhere(cycle, Cycle.open(levels));
    store.before = async () => {
      store.before = async () => undefined;
      await elsewhere(cycle, Cycle.end(asLevel(10)));
    };
    expect(await execute(repository, cycle, Cycle.hold(held), metadata)).to.deep.include({
      done: true,
      revision: 2,
    });
    const { state } = await repository.load(cycle);
    expect([state.at, state.held?.reason]).to.deep.equal(["ended", "person"]);
  });

  it("says that it is done when another process has done it", async () => {
    const { store, repository, elsewhere } = start();
    await elsewhere(cycle, Cycle.open(levels));
    store.before = async () => {
      store.before = async () => undefined;
      await elsewhere(cycle, Cycle.end(asLevel(11)));
    };
    const outcome = await execute(repository, cycle, Cycle.end(asLevel(10)), metadata);
    expect(outcome).to.deep.equal({ done: true, revision: 1, position: undefined });
    expect(store.snapshot()).to.have.length(2);
  });

  it("gives up when the stream never stands still", async () => {
    const { store, repository, elsewhere } = start();
    await elsewhere(cycle, Cycle.open(levels));
    let interfering = false;
    let writes = 0;
    store.before = async () => {
      if (interfering) return;
      interfering = true;
      await elsewhere(
        cycle,
        writes % 2 ? Cycle.release({ actor: "bob" }) : Cycle.hold({ ...held, actor: "bob" }),
      );
      interfering = false;
      writes += 1;
    };
    const restless = () => [ended];
    const error = await execute(repository, cycle, restless, metadata).catch((e: unknown) => e);
    expect(error).to.be.an("error").with.property("message").that.contains("changed 10 times");
    expect(writes).to.equal(10);
  });

  it("finishes a long list that was cut short, and writes no row twice", async () => {
    const { store, repository } = start();
    const payment = paymentOf(addressOf("baker"), asCycle(750));
    store.before = async ({ expected }) => {
      if (expected === NO_STREAM) return;
      store.before = async () => undefined;
      throw new Error("the process dies");
    };
    const plan = (process: Repository) => execute(process, payment, planning(owedTo(12_000)), metadata);
    const error = await plan(repository).catch((e: unknown) => e);
    expect(error).to.be.an("error").with.property("message", "the process dies");
    const next = new Repository(new CodedEventLog(store));
    expect((await next.load(payment)).state.plan).to.equal(undefined);
    expect(await plan(next)).to.deep.include({ done: true });
    expect((await next.load(payment)).state.obligations.size).to.equal(12_000);
    expect(store.snapshot()).to.have.length(25);
  });
});
