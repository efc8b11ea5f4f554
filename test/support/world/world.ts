// A whole installation in one process: the durable things outlive the processes that are started on them.
import {
  PayerProcess,
  type ProcessPorts,
  type Report,
} from "../../../src/application/process/payer-process.js";
import { type RewardReply, type RewardSource } from "../../../src/application/ports/reward-source.js";
import {
  type Clock,
  type Lease,
  type Witness,
  type WitnessRecord,
} from "../../../src/application/ports/system.js";
import { execute, Repository } from "../../../src/application/repository.js";
import { bakerOf, walletOf } from "../../../src/application/aggregates.js";
import * as Baker from "../../../src/domain/baker/baker.js";
import {
  asCounter,
  asCycle,
  asLevel,
  type Address,
  type Cycle,
  type OperationHash,
  type TzAddress,
} from "../../../src/domain/identifiers.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { type AllocationPolicy, type TermsRow } from "../../../src/domain/reward/policy-codec.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { decodeEvent } from "../../../src/infrastructure/eventstore/codec.js";
import { ChainModel } from "../../../src/sandbox/chain-model.js";
import { type Genesis } from "../../../src/sandbox/model/types.js";
import { BAKER, modelHashes, PAYER } from "../chain-model.js";
import { MemoryEventStore } from "../memory-event-store.js";
import { CallGate, type CrashPoint, gated, type Interlude } from "./faults.js";
import { MemoryChain, PlainCodec, PlainSigner } from "./memory-chain.js";

const METADATA = { correlationId: "world", causationId: "world", actor: "world" };

export interface WorldOptions {
  readonly genesis: Genesis;
  readonly delegators: readonly { readonly address: Address; readonly balance: bigint }[];
  readonly policy?: AllocationPolicy;
  readonly terms?: readonly TermsRow[];
  readonly mode?: Baker.Mode;
}

export interface LoggedFact {
  readonly stream: string;
  readonly event: DomainEvent;
}

class ManualClock implements Clock {
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

export class World {
  readonly clock = new ManualClock(Date.UTC(2026, 0, 1));
  readonly store = new MemoryEventStore(() => this.clock.now());
  readonly model: ChainModel;
  readonly chain: MemoryChain;
  readonly injected: OperationHash[] = [];
  /** Injected at a moment when the log did not hold them. */
  readonly injectedUnlogged: OperationHash[] = [];
  private lease: { holder: number; token: bigint } = { holder: -1, token: 0n };
  private witnessed: WitnessRecord[] = [];
  private processes = 0;
  private readonly decoded: LoggedFact[] = [];

  constructor(private readonly options: WorldOptions) {
    this.model = ChainModel.create(options.genesis, modelHashes);
    this.chain = new MemoryChain(this.model, (hash) => {
      this.injected.push(hash);
      const logged = this.events().some(
        ({ event }) => event.type === "OperationSigned" && event.data.hash === hash,
      );
      if (!logged) this.injectedUnlogged.push(hash);
    });
  }

  /** Puts one block on the head, six seconds later. */
  bake(): void {
    this.clock.advance(6_000);
    this.model.bake({ timestamp: this.clock.now() });
  }

  /** The last `depth` blocks are left for as many others; their operations go back to the mempool or are lost. */
  reorganise(depth: number, lose: boolean): void {
    this.clock.advance(6_000);
    const timestamp = this.clock.now();
    const blocks = Array.from({ length: depth }, () => ({ timestamp, include: () => false }));
    this.model.reorganise({ depth, blocks, forget: () => lose });
  }

  /** Registers the baker, sets terms, adopts the wallet and switches the mode, as the commands do. */
  async setUp(): Promise<void> {
    const repository = new Repository(new CodedEventLog(this.store));
    const decide = async (decision: Parameters<typeof execute<Baker.State, Baker.Event, string>>[2]) => {
      const outcome = await execute(repository, bakerOf(BAKER), decision, METADATA);
      if (!outcome.done) throw new Error(outcome.refused.refused);
    };
    const { chainId } = this.chain;
    const fromCycle = this.model.cycleOf(this.model.head.level);
    await decide(Baker.register({ chainId, firstCycle: asCycle(0), startCycle: undefined }));
    await decide(Baker.setPayer({ payer: PAYER, actor: "world" }));
    const { policy, terms } = this.options;
    if (policy) await decide(Baker.changePolicy({ policy, terms, actor: "world" }));
    const level = asLevel(Math.max(0, this.model.head.level - 2));
    const counter = asCounter(this.model.account(PAYER)?.counter ?? 0n);
    const adopted = await execute(
      repository,
      walletOf(PAYER),
      Wallet.adopt({ chainId, level, counter }),
      METADATA,
    );
    if (!adopted.done) throw new Error(adopted.refused.refused);
    await decide(Baker.changeMode({ mode: this.options.mode ?? "on", fromCycle, actor: "world" }));
  }

  /** A new process on what is durable; its ports count their calls and may kill it at one of them. */
  start(
    point?: CrashPoint,
    interlude?: Interlude,
  ): {
    readonly process: PayerProcess;
    readonly gate: CallGate;
    readonly reports: Report[];
  } {
    const gate = new CallGate(point, interlude);
    const reports: Report[] = [];
    const store = gated(this.store, "store", gate, ["append", "read"]);
    const log = new CodedEventLog(store);
    const holder = (this.processes += 1);
    const ports: ProcessPorts = {
      baker: BAKER,
      log,
      repository: new Repository(log),
      chain: gated(this.chain, "chain", gate, [
        "head",
        "block",
        "account",
        "mempool",
        "constants",
        "feeRates",
        "cycleLevels",
        "simulate",
        "inject",
      ]),
      codec: new PlainCodec(),
      signer: gated(new PlainSigner(PAYER), "signer", gate, ["sign"]),
      source: gated(this.source(), "source", gate, ["split", "head"]),
      limitOf: async () => this.model.genesis.rules.constants.limitOfDelegationOverBaking,
      lease: gated(this.leaseOf(holder), "lease", gate, ["hold"]),
      witness: gated(this.witness(), "witness", gate, ["write", "read"]),
      identity: async () => ({ systemIdentifier: "1", timeline: 1, databaseOid: 1 }),
      clock: this.clock,
      metadata: () => METADATA,
    };
    return { process: new PayerProcess(ports, (report) => reports.push(report)), gate, reports };
  }

  /** All events of the log, in order; each is decoded once. */
  events(): readonly LoggedFact[] {
    for (const recorded of this.store.snapshot().slice(this.decoded.length)) {
      this.decoded.push({ stream: recorded.stream, event: decodeEvent(recorded) });
    }
    return this.decoded;
  }

  private leaseOf(holder: number): Lease {
    return {
      hold: async () => {
        if (this.lease.holder !== holder) this.lease = { holder, token: this.lease.token + 1n };
        return { token: this.lease.token };
      },
      release: async () => undefined,
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

  private source(): RewardSource {
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

export const isSettled = (world: World, cycle: number): boolean =>
  world
    .events()
    .some(({ stream, event }) => stream === `cycle-${BAKER}_${cycle}` && event.type === "CycleSettled");
