// A whole installation in one process: the durable things outlive the processes that are started on them.
import { type RewardReply, type RewardSource } from "../../../src/application/ports/reward-source.js";
import {
  type Clock,
  type InstallationIdentity,
  type Lease,
  type Witness,
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
import { type Genesis } from "../../../src/sandbox/model/types.js";
import { type PayerProcess } from "../../../src/application/process/payer-process.js";
import { BAKER, modelHashes, PAYER } from "../chain-model.js";
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
import { MemoryChain, PlainCodec, PlainSigner } from "./memory-chain.js";

export interface WorldOptions extends Policies {
  readonly genesis: Genesis;
  readonly delegators: readonly { readonly address: Address; readonly balance: bigint }[];
}

/** Time passes when told, and when somebody waits. */
export class ManualClock implements Clock {
  constructor(private at: number) {}
  now(): Date {
    return new Date(this.at);
  }
  async sleep(ms: number): Promise<void> {
    this.at += ms;
  }
  advance(ms: number): void {
    this.at += ms;
  }
}

export class World implements Installation {
  readonly payer = PAYER;
  readonly clock = new ManualClock(Date.UTC(2026, 0, 1));
  readonly store: MemoryEventStore;
  /** Of the database that the processes find. */
  identity: InstallationIdentity = { systemIdentifier: "1", timeline: 1, databaseOid: 1 };
  readonly model: ChainModel;
  readonly chain: MemoryChain;
  readonly codec = new PlainCodec();
  readonly signer = new PlainSigner(PAYER);
  readonly injected: OperationHash[] = [];
  readonly injectedUnlogged: OperationHash[] = [];
  /** How often a process gave the lease back. */
  released = 0;
  private lease: { holder: number; token: bigint } = { holder: -1, token: 0n };
  private witnessed: WitnessRecord[] = [];
  private processes = 0;
  private readonly decoded: LoggedFact[] = [];

  /** A new chain and log; or an origin's chain and witness, with its log as it was after so many events. */
  constructor(
    readonly options: WorldOptions,
    restored?: { readonly origin: World; readonly events: number },
  ) {
    const events = restored?.origin.store.snapshot().slice(0, restored.events);
    this.store = new MemoryEventStore(() => this.clock.now(), events);
    this.witnessed = restored?.origin.witnessed ?? [];
    this.model = restored?.origin.model ?? ChainModel.create(options.genesis, modelHashes);
    this.chain = new MemoryChain(this.model, (hash) => {
      this.injected.push(hash);
      const logged = this.events().some(
        ({ event }) => event.type === "OperationSigned" && event.data.hash === hash,
      );
      if (!logged) this.injectedUnlogged.push(hash);
    });
  }

  bake(): void {
    this.clock.advance(6_000);
    this.model.bake({ timestamp: this.clock.now() });
  }

  /** A block without operations, whatever is pending. */
  bakeEmpty(): void {
    this.clock.advance(6_000);
    this.model.bake({ timestamp: this.clock.now(), include: () => false });
  }

  /** The same chain with the log as it was after so many events. */
  restoredTo(events: number): World {
    return new World(this.options, { origin: this, events });
  }

  reorganise(depth: number, lose: boolean): void {
    this.clock.advance(6_000);
    const timestamp = this.clock.now();
    const blocks = Array.from({ length: depth }, () => ({ timestamp, include: () => false }));
    this.model.reorganise({ depth, blocks, forget: () => lose });
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
      witness: this.witness(),
      identity: async () => this.identity,
      clock: this.clock,
      metadata: () => METADATA,
    };
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

  /** All that the source names, with their balances. */
  balances(): ReadonlyMap<Address, bigint> {
    return new Map(this.options.delegators.map(({ address, balance }) => [address, balance]));
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
        this.released += 1;
      },
    };
  }

  private witness(): Witness {
    return {
      write: async (record) => {
        this.witnessed = [record];
      },
      read: async () => this.witnessed,
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
    const { delegators } = this.options;
    const split = {
      cycle,
      ownDelegatedBalance: 5_000_000_000,
      externalDelegatedBalance: Number(delegators.reduce((total, { balance }) => total + balance, 0n)),
      ownStakedBalance: 50_000_000_000,
      delegatorsCount: delegators.length,
      futureBlocks: 0,
      blockRewardsDelegated: 12_345_678 + cycle,
      attestationRewardsDelegated: 9_876_543,
      dalAttestationRewardsDelegated: 1_111_111,
      blockFees: 54_321,
      nonceRevelationRewardsDelegated: 0,
      vdfRevelationRewardsDelegated: 0,
      delegators: delegators.map(({ address, balance }) => ({
        address,
        delegatedBalance: Number(balance),
        emptied: false,
      })),
    };
    const lastLevel = this.model.cycleLevels(cycle).last;
    return { pages: [JSON.stringify(split)], headLevel: this.model.head.level, lastLevel };
  }
}
