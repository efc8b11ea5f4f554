// A whole installation in one process: the durable things outlive the processes that are started on them.
import { type RewardReply, type RewardSource } from "../../../src/application/ports/reward-source.js";
import {
  type InstallationIdentity,
  type Lease,
  type WitnessRecord,
} from "../../../src/application/ports/system.js";
import {
  type Address,
  type Cycle,
  type OperationHash,
  type TzAddress,
} from "../../../src/domain/identifiers.js";
import { decodeEvent } from "../../../src/infrastructure/eventstore/codec.js";
import { ChainModel } from "../../../src/sandbox/chain-model.js";
import { type ChainRecord, type Genesis, type Operation } from "../../../src/sandbox/model/types.js";
import { type PayerProcess } from "../../../src/application/process/payer-process.js";
import { BAKER, modelHashes, operationOf, PAYER } from "../chain-model.js";
import { type RecordedEvent } from "../../../src/application/ports/event-store.js";
import { MemoryEventStore } from "../memory-event-store.js";
import { type CrashPoint, type Interlude } from "./faults.js";
import {
  type Installation,
  type LoggedFact,
  METADATA,
  type OpenPorts,
  type Policies,
  setUpBaker,
  startProcess,
  type StartedProcess,
} from "./installation.js";
import { ManualClock } from "./manual-clock.js";
import { MemoryWitness, type Witnessed } from "./memory-witness.js";
import { Protocols } from "./protocols.js";
import { type Delegation, RewardLists } from "./reward-lists.js";
import { MemoryChain, PlainCodec, PlainSigner } from "./memory-chain.js";

export interface WorldOptions extends Policies {
  readonly genesis: Genesis;
  readonly delegators: readonly Delegation[];
  /** Rows of a page of the reward source. */
  readonly pageRows?: number;
}

/** What a world goes on from: a chain, a log, and what the witness says. */
interface Inherited {
  readonly protocols: Protocols;
  readonly model: ChainModel;
  readonly events: readonly RecordedEvent[];
  readonly witnessed: readonly WitnessRecord[];
  readonly clock: ManualClock;
  readonly rewards?: RewardLists;
}

/** What is left after a restore: so many events, perhaps the witness's file; perhaps it is another database. */
export interface Remains {
  readonly events: number;
  readonly file: boolean;
  readonly sameDatabase: boolean;
}

/** All that is durable at one moment, and what waits in the mempool. */
export interface Moment {
  readonly blocks: readonly ChainRecord[];
  readonly mempool: readonly Operation[];
  readonly events: readonly RecordedEvent[];
  readonly witnessed: readonly Witnessed[];
  readonly at: number;
}

export class World implements Installation {
  readonly payer = PAYER;
  readonly clock: ManualClock;
  readonly store: MemoryEventStore;
  /** Of the database that the processes find. */
  identity: InstallationIdentity = { systemIdentifier: "1", timeline: 1, databaseOid: 1 };
  readonly protocols: Protocols;
  readonly model: ChainModel;
  readonly chain: MemoryChain;
  readonly rewards: RewardLists;
  readonly codec = new PlainCodec();
  readonly signer = new PlainSigner(PAYER);
  readonly injected: OperationHash[] = [];
  readonly injectedUnlogged: OperationHash[] = [];
  readonly byHand = new Set<OperationHash>();
  /** How often log and witness were put back. */
  restores = 0;
  /** Whether what was lost the last time had left. */
  hasForgotten = false;
  /** How often a process gave the lease back. */
  released = 0;
  /** What happens when a lease is given back. */
  releasing = (): Promise<void> => Promise.resolve();
  /** Another installation on the same wallet: what it sends is foreign here, and the other way round. */
  private neighbour: World | undefined;
  private lease: { holder: number; token: bigint } = { holder: -1, token: 0n };
  private readonly witness: MemoryWitness;
  private readonly blocks: ChainRecord[] = [];
  private processes = 0;
  private nonces = 0;
  private readonly decoded: LoggedFact[] = [];

  /** A new chain and log, or what is inherited. */
  constructor(
    readonly options: WorldOptions,
    inherited?: Inherited,
  ) {
    this.clock = inherited?.clock ?? new ManualClock(Date.UTC(2026, 0, 1));
    this.store = new MemoryEventStore(() => this.clock.now(), inherited?.events);
    this.witness = new MemoryWitness(() => this.store.size, inherited?.witnessed);
    this.rewards = inherited?.rewards ?? new RewardLists(options.delegators, options.pageRows);
    this.protocols =
      inherited?.protocols ?? new Protocols(options.genesis.rules, () => this.model.head.level);
    const genesis = { ...options.genesis, rules: this.protocols.rules() };
    this.model = inherited?.model ?? ChainModel.create(genesis, modelHashes);
    this.chain = new MemoryChain(
      this.model,
      (hash) => {
        if (this.byHand.has(hash)) return;
        this.injected.push(hash);
        this.neighbour?.byHand.add(hash);
        const logged = this.events().some(
          ({ event }) => event.type === "OperationSigned" && event.data.hash === hash,
        );
        if (!logged) this.injectedUnlogged.push(hash);
      },
      (level) => this.protocols.at(level),
    );
  }

  bake(): void {
    this.clock.advance(6_000);
    this.blocks.push(this.model.bake({ timestamp: this.clock.now() }));
  }

  /** A block without operations, whatever is pending. */
  bakeEmpty(): void {
    this.clock.advance(6_000);
    this.blocks.push(this.model.bake({ timestamp: this.clock.now(), include: () => false }));
  }

  /** The same chain with the log as it was after so many events. */
  restoredTo(events: number, options = this.options): World {
    const newest = this.witness.history().slice(-1);
    return new World(options, {
      protocols: this.protocols,
      model: this.model,
      events: this.store.snapshot().slice(0, events),
      witnessed: newest.map(({ record }) => record),
      clock: this.clock,
    });
  }

  /** Another installation on the same wallet, with a log of its own. */
  beside(): World {
    const { protocols, model, clock, rewards } = this;
    const other = new World(this.options, { protocols, model, clock, rewards, events: [], witnessed: [] });
    other.neighbour = this;
    this.neighbour = other;
    for (const hash of [...this.injected, ...this.byHand]) other.byHand.add(hash);
    return other;
  }

  /** What `World.restored` begins from. */
  moment(): Moment {
    return {
      blocks: [...this.blocks],
      mempool: this.model.mempool().map(({ operation }) => operation),
      events: this.store.snapshot(),
      witnessed: this.witness.history(),
      at: this.clock.now().getTime(),
    };
  }

  /** The chain of a moment, made again, without its mempool; its log as it was after so many events. */
  static restored(
    options: WorldOptions,
    { blocks, events, at }: Moment,
    length: number,
    witnessed: readonly WitnessRecord[],
  ): World {
    const protocols: Protocols = new Protocols(options.genesis.rules, () => model.head.level);
    const genesis = { ...options.genesis, rules: protocols.rules() };
    const model = ChainModel.replay(genesis, modelHashes, blocks);
    const clock = new ManualClock(at);
    return new World(options, { protocols, model, events: events.slice(0, length), witnessed, clock });
  }

  /** What the wallet's owner sends without TAPS; it is in the next block. */
  sendByHand(transfers: readonly { readonly to: Address; readonly amount?: bigint }[]): Operation {
    const operation = operationOf(this.model, [...transfers]);
    const answer = this.model.inject(operation);
    if (!answer.accepted) throw new Error(`refused: ${JSON.stringify(answer)}`);
    this.byHand.add(operation.hash);
    return operation;
  }

  /** Puts the log back to what it was after so many events, behind its processes. */
  putBack(events: number): void {
    this.store.restore(this.store.snapshot().slice(0, events));
    this.decoded.length = Math.min(this.decoded.length, events);
  }

  /** Puts back log and witness; what was signed since stays on its way, and is foreign from now on. */
  restore({ events, file, sameDatabase }: Remains): void {
    this.hasForgotten = false;
    for (const { event } of this.events().slice(events))
      if (event.type === "OperationSigned") {
        this.byHand.add(event.data.hash);
        this.hasForgotten ||= this.injected.includes(event.data.hash);
      }
    this.injected.splice(0, Infinity, ...this.injected.filter((hash) => !this.byHand.has(hash)));
    this.restores += 1;
    this.putBack(events);
    this.witness.restore(events, file);
    if (!sameDatabase) this.identity = { ...this.identity, timeline: this.identity.timeline + 1 };
  }

  /** Whether the witness names what is not in the log. */
  lacksWitnessed(): boolean {
    const ids = new Set(this.store.snapshot().map(({ id }) => id));
    return this.witness.records().some(({ eventId }) => !ids.has(eventId));
  }

  reorganise(depth: number, lose: boolean): void {
    this.clock.advance(6_000);
    const timestamp = this.clock.now();
    const blocks = Array.from({ length: depth }, () => ({ timestamp, include: () => false }));
    this.blocks.push(this.model.reorganise({ depth, blocks, forget: () => lose }));
  }

  setUp(): Promise<void> {
    return setUpBaker(this, this.store, this.chain.chainId, this.options);
  }

  start(point?: CrashPoint, interlude?: Interlude): StartedProcess & { readonly process: PayerProcess } {
    return startProcess(this.ports(), point, interlude);
  }

  /** What one more process finds. */
  ports(): OpenPorts {
    const holder = (this.processes += 1);
    return {
      baker: BAKER,
      store: this.store,
      chain: this.chain,
      codec: this.codec,
      signer: this.signer,
      source: this.source(),
      limitOf: async () => this.model.genesis.rules.constants.limitOfDelegationOverBaking,
      lease: this.leaseOf(holder),
      witness: this.witness,
      identity: async () => this.identity,
      nonce: () => this.nonce(),
      clock: this.clock,
      metadata: () => METADATA,
    };
  }

  /** Another text at each call; the same ones in each run. */
  nonce(): string {
    this.nonces += 1;
    return `${this.nonces}`;
  }

  /** Each is decoded once. */
  events(): readonly LoggedFact[] {
    for (const recorded of this.store.snapshot().slice(this.decoded.length)) {
      this.decoded.push({ stream: recorded.stream, event: decodeEvent(recorded) });
    }
    return this.decoded;
  }

  /** The n-th of those that the source names. */
  delegator(n: number): Address {
    const { delegators } = this.options;
    const found = delegators[n % delegators.length];
    if (found === undefined) throw new RangeError("a world without delegators");
    return found.address;
  }

  /** Which of them this is. */
  numberOf(delegator: Address): number {
    return this.options.delegators.findIndex(({ address }) => address === delegator);
  }

  private leaseOf(holder: number): Lease {
    return {
      hold: async () => {
        if (this.lease.holder !== holder) this.lease = { holder, token: this.lease.token + 1n };
        return { token: this.lease.token };
      },
      release: async () => {
        await this.releasing();
        this.released += 1;
      },
    };
  }

  source(): RewardSource {
    return {
      head: async () => ({
        cycle: this.model.cycleOf(this.model.head.level),
        level: this.model.head.level,
        chainId: this.chain.chainId,
      }),
      split: async (_baker: TzAddress, cycle: Cycle) => this.reply(cycle),
    };
  }

  private reply(cycle: Cycle): RewardReply {
    const lastLevel = this.model.cycleLevels(cycle).last;
    return { pages: this.rewards.pages(cycle), headLevel: this.model.head.level, lastLevel };
  }
}
