// Everything of one run: chain, log, processes, people, and what a disturbance does to them.
import { ChainUnavailable, SignerUnavailable } from "../../src/application/ports/chain.js";
import { StoreUnavailable } from "../../src/application/ports/event-store.js";
import { SourceUnavailable } from "../../src/application/ports/reward-source.js";
import { type NodeError } from "../../src/application/ports/chain.js";
import { DEFAULT_RULES } from "../../src/sandbox/model/rules.js";
import { type Script as ContractScript } from "../../src/sandbox/model/types.js";
import { modelGenesis, PAYER, someContract } from "../support/chain-model.js";
import { addressOf, policyOf } from "../support/rewards.js";
import { World } from "../support/world/world.js";
import { type Disturbance, type Effect, type PersonsAct } from "./disturbances.js";
import { LeaseTable } from "./lease-table.js";
import { act } from "./persons.js";
import { Replica } from "./replica.js";
import { CONTRACTS, type Shape } from "./shape.js";
import { Actor, Stage, type Turn } from "./stage.js";

const contracts = Array.from({ length: CONTRACTS }, (_, n) => someContract(`changes its mind ${n}`));

/** Balances whose shares a fee eats up, or the burn of a new account. */
const TINY = [300_000n, 40_000_000n];

const worldOf = (shape: Shape): World => {
  const { delegators, funds, perBatch, ttl, blocksPerCycle, minimumPayout, belowMinimumPayout, feesPaidBy } =
    shape;
  const implicit = Array.from({ length: delegators - CONTRACTS }, (_, n) => ({
    address: addressOf(n),
    balance: TINY[n] ?? 1_000_000_000n + 777_777_777n * BigInt(n),
  }));
  const gas = BigInt(perBatch) * 4_400n;
  const { constants } = DEFAULT_RULES;
  const rules = {
    ...DEFAULT_RULES,
    constants: {
      ...constants,
      blocksPerCycle,
      maxOperationsTimeToLive: ttl,
      hardGasLimitPerBlock: gas,
      hardGasLimitPerOperation: gas,
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
  return new StoreUnavailable(call, { cause: new Error("no answer") });
};

const refusal = (kind: "temporary" | "branch"): NodeError =>
  kind === "branch"
    ? { id: "contract.counter_in_the_past", kind, detail: "{}" }
    : { id: "contract.counter_in_the_future", kind, detail: "{}" };

/** Blocks beside those of the rounds come in so many cycles only. */
const MOST_CYCLES = 6;
/** A run begins so many blocks before there is something to pay. */
const BEFORE_THE_END = 2;

export class Scene {
  readonly world: World;
  readonly stage: Stage;
  readonly replicas: readonly Replica[];
  /** A process or a command ended as none may. */
  failure: Error | undefined;
  private readonly leases: LeaseTable;
  /** Carries out what its caller no longer waits for. */
  private readonly late: Actor;
  private people = 0;

  constructor(private readonly shape: Shape) {
    this.world = worldOf(shape);
    const now = () => this.world.clock.now().getTime();
    this.stage = new Stage(now);
    this.leases = new LeaseTable(now);
    this.late = new Actor("what was under way", this.stage);
    this.replicas = Array.from(
      { length: shape.replicas },
      (_, n) => new Replica(n + 1, this.world, this.stage, this.leases, this.fail),
    );
  }

  /** A baker that pays, and its processes at work. */
  async begin(): Promise<void> {
    await this.world.setUp();
    for (let blocks = BEFORE_THE_END; blocks < this.shape.blocksPerCycle; blocks += 1) this.world.bake();
    for (const replica of this.replicas) replica.start();
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
      const replica = this.replicaOf(turn);
      if (replica === undefined) turn.actor.die();
      else replica.kill(what.rounds, what.pruned);
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
        return replica?.stop(what.rounds);
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
      case "bake":
        for (let n = 0; n < what.blocks && this.hasRoom(); n += 1)
          what.empty ? world.bakeEmpty() : world.bake();
        return;
      case "reorganise":
        if (world.model.head.level > 4) world.reorganise(what.depth, what.lose);
        return;
      case "drop":
        for (const { operation } of world.model.mempool()) world.model.forget(operation.hash);
        return;
      case "lease":
        return what.is === "stolen" ? this.leases.steal() : this.leases.restore();
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
      case "person":
        return this.let(what.what, what.first);
    }
  }

  /** Somebody gives a command; `first`: whose calls go before those of all others. */
  let(what: PersonsAct, first = false): void {
    this.people += 1;
    const actor = new Actor(`person ${this.people} (${what.act})`, this.stage);
    if (first) this.stage.prefer(actor);
    act(this.world, actor, what).catch(this.fail);
  }

  /** Everybody waits: a block comes, sleepers wake, the dead come back. */
  nextRound(): void {
    this.world.bake();
    this.stage.wake();
    for (const replica of this.replicas) replica.startWhenDue();
  }

  /** Nothing is wrong any more, and nobody is away. */
  mend(): void {
    this.fund();
    for (const n of contracts.keys()) this.changeContract(n, "accepting");
    for (const replica of this.replicas) {
      replica.actor.frozenUntil = 0;
      replica.actor.skew = 0;
      replica.chain.mend();
      replica.sourceFault = undefined;
    }
  }

  private readonly fail = (error: unknown): void => {
    this.failure ??= error instanceof Error ? error : new Error(String(error));
  };

  private replicaOf(turn: Turn): Replica | undefined {
    return this.replicas.find(({ actor }) => actor === turn.actor);
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
