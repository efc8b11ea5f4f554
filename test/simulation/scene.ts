// Everything of one run: chain, log, processes, people, and what a disturbance does to them.
import { ChainUnavailable, SignerUnavailable } from "../../src/application/ports/chain.js";
import { StoreUnavailable } from "../../src/application/ports/event-store.js";
import { SourceUnavailable } from "../../src/application/ports/reward-source.js";
import { type NodeError } from "../../src/application/ports/chain.js";
import { DEFAULT_RULES } from "../../src/sandbox/model/rules.js";
import { type Operation, type Script as ContractScript } from "../../src/sandbox/model/types.js";
import { modelGenesis, PAYER, someContract } from "../support/chain-model.js";
import { addressOf, policyOf } from "../support/rewards.js";
import { World } from "../support/world/world.js";
import { Watch } from "./checks.js";
import { type Disturbance, type Effect, type PersonsAct } from "./disturbances.js";
import { LeaseTable } from "./lease-table.js";
import { type Living } from "./living.js";
import { operate, type OperatorsAct } from "./operator.js";
import { sendByHand } from "./owner.js";
import { act } from "./persons.js";
import { Projector } from "./projector.js";
import { ReadSide } from "./read-side.js";
import { Logs } from "./logs.js";
import { Replica } from "./replica.js";
import { remainsOf, type Restore } from "./restore.js";
import { SecondInstallation } from "./second.js";
import { revise } from "./revisions.js";
import { CONTRACTS, type Shape } from "./shape.js";
import { Actor, Stage, type Turn } from "./stage.js";
import { gasFor, upgrade } from "./upgrades.js";

const contracts = Array.from({ length: CONTRACTS }, (_, n) => someContract(`changes its mind ${n}`));

/** So that a list has several pages. */
const PAGE_ROWS = 3;
/** Balances whose shares a fee eats up, or the burn of a new account. */
const TINY = [300_000n, 40_000_000n];

const worldOf = (shape: Shape): World => {
  const { delegators, funds, perBatch, ttl, blocksPerCycle, minimumPayout, belowMinimumPayout, feesPaidBy } =
    shape;
  const implicit = Array.from({ length: delegators - CONTRACTS }, (_, n) => ({
    address: addressOf(n),
    balance: TINY[n] ?? 1_000_000_000n + 777_777_777n * BigInt(n),
  }));
  const { constants } = DEFAULT_RULES;
  const rules = {
    ...DEFAULT_RULES,
    constants: {
      ...constants,
      blocksPerCycle,
      maxOperationsTimeToLive: ttl,
      ...gasFor(perBatch),
    },
  };
  const policy = policyOf({
    minimumPayout,
    belowMinimumPayout,
    transactionFeePaidBy: feesPaidBy,
    allocationFeePaidBy: feesPaidBy,
  }).allocation;
  const accounts = [
    ...implicit.filter((_, n) => n % 2 === 0).map(({ address }) => ({ address, balance: 1_000_000n })),
    ...contracts.map((address) => ({ address, balance: 0n, script: SCRIPTS.accepting })),
  ];
  const genesis = modelGenesis({ accounts, rules });
  const funded = genesis.accounts.map((account) =>
    account.address === PAYER ? { ...account, balance: BigInt(funds) } : account,
  );
  return new World({
    policy,
    delegators: [...implicit, ...contracts.map((address) => ({ address, balance: 2_000_000_000n }))],
    genesis: { ...genesis, accounts: funded },
    pageRows: PAGE_ROWS,
  });
};

const SCRIPTS: Readonly<Record<"accepting" | "refusing" | "burning-gas", ContractScript>> = {
  accepting: { kind: "accepts", milligas: 300_000n, storageBytes: 10n },
  refusing: { kind: "refuses" },
  "burning-gas": { kind: "burns-gas" },
};

const unavailable = (call: string): Error => {
  const [port] = call.split(".");
  if (port === "chain") return new ChainUnavailable(`no answer to ${call}`);
  if (port === "signer") return new SignerUnavailable(`no answer to ${call}`);
  if (port === "source") return new SourceUnavailable(`no answer to ${call}`);
  if (port === "rows") return new Error(`the connection was cut at ${call}`);
  return new StoreUnavailable(call, { cause: new Error("no answer") });
};

const isCut = (error: unknown): boolean =>
  error instanceof StoreUnavailable ||
  (error instanceof Error && error.message.startsWith("the connection was cut"));

const refusal = (kind: "temporary" | "branch"): NodeError =>
  kind === "branch"
    ? { id: "contract.counter_in_the_past", kind, detail: "{}" }
    : { id: "contract.counter_in_the_future", kind, detail: "{}" };

const KNOWS = { act: "classify", pays: true } as const;

/** Blocks beside those of the rounds come in so many cycles only. */
const MOST_CYCLES = 6;
/** A run begins so many blocks before there is something to pay. */
const BEFORE_THE_END = 2;

export class Scene {
  readonly world: World;
  readonly stage: Stage;
  readonly replicas: Replica[];
  readonly logs: Logs;
  second: SecondInstallation | undefined;
  readonly projectors: readonly Projector[];
  readonly readSide: ReadSide;
  /** A process or a command ended as none may. */
  failure: Error | undefined;
  private readonly leases: LeaseTable;
  private readonly watch: Watch;
  /** Carries out what its caller no longer waits for. */
  private readonly late: Actor;
  private readonly people: Actor[] = [];
  private readonly operators: Actor[] = [];
  private hidden: readonly { readonly operation: Operation; readonly until: number }[] = [];

  constructor(private readonly shape: Shape) {
    this.world = worldOf(shape);
    this.watch = new Watch(this.world);
    const now = () => this.world.clock.now().getTime();
    this.stage = new Stage(now);
    this.leases = new LeaseTable(now);
    this.late = new Actor("what was under way", this.stage);
    this.replicas = Array.from(
      { length: shape.replicas },
      (_, n) => new Replica(`replica ${n + 1}`, this.world, this.stage, this.leases, this.fail),
    );
    this.logs = new Logs(() => (this.second ? [this.world, this.second.world] : [this.world]));
    this.readSide = new ReadSide(this.world, () => this.projectors);
    const { database } = this.readSide;
    this.projectors = Array.from(
      { length: shape.projectors },
      (_, n) => new Projector(n + 1, this.world, this.stage, database, this.fail),
    );
  }

  /** A baker that pays, and its processes at work. */
  async begin(): Promise<void> {
    await this.world.setUp();
    for (let blocks = BEFORE_THE_END; blocks < this.shape.blocksPerCycle; blocks += 1) this.world.bake();
    for (const process of this.processes()) process.start();
  }

  /** What each process said last. */
  lastReports(): string {
    const show = (_: string, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value instanceof Error ? value.message : value;
    return this.replicas.map(({ reports }) => JSON.stringify(reports.at(-1), show)).join("; ");
  }

  /** Carries out the call whose turn it is, as a disturbance has it. */
  async carryOut(turn: Turn, what: Disturbance | undefined): Promise<void> {
    if (what?.do === "freeze") {
      turn.actor.frozenUntil = this.stage.round + what.rounds;
      this.stage.queue(turn);
    } else if (what?.do === "fail") {
      await this.unheard(turn, what.effect);
      turn.fail(unavailable(turn.name));
    } else if (what?.do === "kill") {
      const process = this.processOf(turn);
      if (process === undefined) turn.actor.die();
      else process.kill(what.rounds, what.pruned);
      await this.unheard(turn, what.effect);
    } else await turn.run();
  }

  /** What a disturbance does, beside what becomes of the call whose turn it is. */
  disturb(turn: Turn, what: Disturbance): void {
    const { world, stage } = this;
    const replica = this.replicaOf(turn);
    switch (what.do) {
      case "switch":
      case "fail":
      case "kill":
      case "freeze":
        return;
      case "stop":
        return this.processOf(turn)?.stop(what.rounds);
      case "node":
        return replica?.chain.breakDown(what.fault, stage.round + what.rounds);
      case "refuse-simulation":
        if (replica) replica.chain.nextSimulation = refusal(what.kind);
        return;
      case "refuse-injection":
        if (replica) replica.chain.nextInjection = refusal(what.kind);
        return;
      case "source":
        if (replica) replica.sourceFault = what.reply;
        return;
      case "revise":
        return revise(world.rewards, world.options.delegators, what.revision);
      case "bake":
        for (let n = 0; n < what.blocks && this.hasRoom(); n += 1)
          what.empty ? world.bakeEmpty() : world.bake();
        return;
      case "reorganise":
        if (world.model.head.level > 4) world.reorganise(what.depth, what.lose);
        return;
      case "upgrade":
        return upgrade(world.protocols, what);
      case "drop":
        for (const { operation } of world.model.mempool()) world.model.forget(operation.hash);
        return;
      case "lease":
        return what.is === "stolen" ? this.leases.steal() : this.leases.restore();
      case "subscription":
        return this.projectors[what.projector % this.projectors.length]?.breakDown(what.of, what.fault);
      case "read-models":
        return what.lose === "all"
          ? this.readSide.database.drop()
          : this.readSide.database.loseCommits(what.lose);
      case "operator":
        return this.operate(what);
      case "skew":
        turn.actor.skew = what.minutes * 60_000;
        return;
      case "slow":
        return world.clock.advance(what.seconds * 1_000);
      case "fund":
        return this.fund();
      case "receiver":
        return this.changeReceiver(what.delegator, what.is);
      case "contract":
        return this.changeContract(what.contract, what.is);
      case "owner":
        return sendByHand(world, world.delegator(what.delegator), what.gift);
      case "second":
        return this.letAnother();
      case "restore":
        return this.restore(what);
      case "person":
        return this.let(what.what, what.first);
    }
  }

  /** Somebody gives a command; `first`: whose calls go before those of all others. */
  let(what: PersonsAct, first = false): void {
    const actor = new Actor(`person ${this.people.length + 1} (${what.act})`, this.stage);
    this.people.push(actor);
    if (first) this.stage.prefer(actor);
    act(this.world, actor, what, this.logs).catch(this.fail);
  }

  /** Somebody looks after a read model. */
  private operate(what: OperatorsAct): void {
    const actor = new Actor(`operator ${this.operators.length + 1} (${what.act})`, this.stage);
    this.operators.push(actor);
    operate(this.world, this.readSide.database, actor, what).catch((error: unknown) => {
      if (!isCut(error)) this.fail(error);
    });
  }

  /** Throws at the first thing that must not be; `since`: as of `Watch.check`. */
  check(since: number): void {
    this.watch.check(since);
    this.second?.check(since);
    this.readSide.check();
  }

  /** Everybody waits: a block comes, sleepers wake, the dead come back. */
  nextRound(): void {
    this.showHidden();
    this.world.bake();
    this.stage.wake();
    for (const process of this.processes()) process.startWhenDue();
  }

  /** Nothing is wrong any more, and nobody is away. */
  mend(): void {
    this.fund();
    this.second?.replica.retire();
    for (const operator of this.operators) operator.die();
    for (const of of this.readSide.pinned()) this.operate({ act: "to-head", of, back: 0 });
    if (this.world.protocols.leadsToUnknown()) this.world.protocols.upgrade("known");
    for (const n of contracts.keys()) this.changeContract(n, "accepting");
    for (const { actor } of this.processes()) {
      actor.frozenUntil = 0;
      actor.skew = 0;
    }
    for (const replica of this.replicas) {
      replica.chain.mend();
      replica.sourceFault = undefined;
    }
  }

  private readonly fail = (error: unknown): void => {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
  };

  private processes(): readonly Living[] {
    return [...this.replicas, ...this.projectors];
  }

  private processOf(turn: Turn): Living | undefined {
    return this.processes().find(({ actor }) => actor === turn.actor);
  }

  private replicaOf(turn: Turn): Replica | undefined {
    return this.replicas.find(({ actor }) => actor === turn.actor);
  }

  private letAnother(): void {
    if (this.second === undefined) {
      this.second = new SecondInstallation(this.world, this.stage, this.fail);
      this.replicas.push(this.second.replica);
      this.second.begin().catch(this.fail);
    } else act(this.second.world, new Actor("somebody else", this.stage), KNOWS, this.logs).catch(this.fail);
  }

  /** Whoever was at work is cut off from the log; what had not come about in it never does. */
  private restore(how: Restore): void {
    const { world, second } = this;
    const remains = remainsOf(world, how);
    if (remains === undefined) return;
    this.logs.remember(world);
    this.stage.forget(this.late);
    for (const person of [...this.people, ...this.operators]) person.die();
    for (const projector of this.projectors) projector.kill(how.rounds ?? 0, false);
    for (const replica of this.replicas.filter((each) => each !== second?.replica)) {
      if (how.rounds === undefined) this.stage.cutOff(replica.actor, "store", unavailable);
      else replica.kill(how.rounds, false);
    }
    if (how.hiddenFor > 0) this.hide(how.hiddenFor);
    world.restore(remains);
  }

  private hide(rounds: number): void {
    const { model } = this.world;
    for (const { operation } of model.mempool()) {
      model.forget(operation.hash);
      this.hidden = [...this.hidden, { operation, until: this.stage.round + rounds }];
    }
  }

  /** Whoever kept operations hands them to the nodes again. */
  private showHidden(): void {
    const { round } = this.stage;
    for (const { operation } of this.hidden.filter(({ until }) => until <= round))
      this.world.model.inject(operation);
    this.hidden = this.hidden.filter(({ until }) => until > round);
  }

  private async unheard(turn: Turn, effect: Effect): Promise<void> {
    if (effect === "done") await turn.runUnheard();
    if (effect === "later") this.stage.queue({ ...turn, actor: this.late, run: turn.runUnheard });
  }

  /** Not so many cycles have begun that nobody could pay them all in the time that is left. */
  private hasRoom(): boolean {
    const { model } = this.world;
    return model.cycleOf(model.head.level) < MOST_CYCLES;
  }

  private fund(): void {
    this.world.model.intervene({ kind: "credit", address: PAYER, amount: 1_000_000_000n });
  }

  private changeReceiver(n: number, is: "emptied" | "funded"): void {
    const address = addressOf(n % (this.shape.delegators - CONTRACTS));
    this.world.model.intervene(
      is === "emptied" ? { kind: "empty", address } : { kind: "credit", address, amount: 1_000_000n },
    );
    if (this.hasRoom()) this.world.bakeEmpty();
  }

  /** In a block of its own, so that what was simulated before and is included after meets another contract. */
  private changeContract(n: number, is: keyof typeof SCRIPTS): void {
    const { model } = this.world;
    const address = contracts[n];
    if (address === undefined) throw new RangeError(`contract ${n}`);
    const balance = model.account(address)?.balance ?? 0n;
    model.intervene({ kind: "originate", address, balance, script: SCRIPTS[is] });
    if (this.hasRoom()) this.world.bakeEmpty();
  }
}
