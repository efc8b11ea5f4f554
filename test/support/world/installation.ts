// What a run needs of an installation, whatever its ports are made of.
import {
  PayerProcess,
  type ProcessPorts,
  type Report,
} from "../../../src/application/process/payer-process.js";
import { type EventStore } from "../../../src/application/ports/event-store.js";
import { FINALITY } from "../finality.js";
import { execute, Repository } from "../../../src/application/repository.js";
import { bakerOf, walletOf } from "../../../src/application/aggregates.js";
import * as Baker from "../../../src/domain/baker/baker.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import {
  asCounter,
  asCycle,
  asLevel,
  type ChainId,
  type OperationHash,
  type TzAddress,
} from "../../../src/domain/identifiers.js";
import { type AllocationPolicy, type TermsRow } from "../../../src/domain/reward/policy-codec.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { type ChainModel } from "../../../src/sandbox/chain-model.js";
import { BAKER } from "../chain-model.js";
import { CallGate, type CrashPoint, type Gate, gated, type Interlude } from "./faults.js";

export const METADATA = { correlationId: "world", causationId: "world", actor: "world" };

export interface LoggedFact {
  readonly stream: string;
  readonly event: DomainEvent;
}

export interface StartedProcess {
  readonly process: { step(): Promise<unknown> };
  readonly gate: CallGate;
  readonly reports: readonly Report[];
}

export interface Installation {
  readonly payer: TzAddress;
  readonly model: ChainModel;
  readonly injected: readonly OperationHash[];
  /** Injected at a moment when the log did not hold them. */
  readonly injectedUnlogged: readonly OperationHash[];
  /** Operations of the wallet that its owner sent without TAPS. */
  readonly byHand?: ReadonlySet<OperationHash>;
  /** All events of the log, in order. */
  events(): readonly LoggedFact[];
  /** Puts one block on the head, six seconds later. */
  bake(): void;
  /** The last `depth` blocks are left for as many others; their operations go back to the mempool or are lost. */
  reorganise(depth: number, lose: boolean): void;
  /** Registers the baker, sets terms, adopts the wallet and switches the mode, as the commands do. */
  setUp(): Promise<void>;
  /** A new process on what is durable; its ports count their calls and may kill it at one of them. */
  start(point?: CrashPoint, interlude?: Interlude): StartedProcess;
}

export interface Policies {
  readonly policy?: AllocationPolicy;
  readonly terms?: readonly TermsRow[];
  readonly mode?: Baker.Mode;
}

export const setUpBaker = async (
  { model, payer }: Pick<Installation, "model" | "payer">,
  store: EventStore,
  chainId: ChainId,
  { policy, terms, mode = "on" }: Policies,
): Promise<void> => {
  const repository = new Repository(new CodedEventLog(store));
  const decide = async (decision: Parameters<typeof execute<Baker.State, Baker.Event, string>>[2]) => {
    const outcome = await execute(repository, bakerOf(BAKER), decision, METADATA);
    if (!outcome.done) throw new Error(outcome.refused.refused);
  };
  const fromCycle = model.cycleOf(model.head.level);
  await decide(Baker.register({ chainId, firstCycle: asCycle(0), startCycle: undefined }));
  await decide(Baker.setPayer({ payer, actor: "world" }));
  if (policy) await decide(Baker.changePolicy({ policy, terms, actor: "world" }));
  const level = asLevel(Math.max(0, model.head.level - FINALITY));
  const counter = asCounter(model.account(payer, model.block(level)?.hash)?.counter ?? 0n);
  const adopt = Wallet.adopt({ chainId, level, counter });
  const adopted = await execute(repository, walletOf(payer), adopt, METADATA);
  if (!adopted.done) throw new Error(adopted.refused.refused);
  await decide(Baker.changeMode({ mode, fromCycle, actor: "world" }));
};

/** The ports of a process, before they are gated. */
export type OpenPorts = Omit<ProcessPorts, "log" | "repository"> & { readonly store: EventStore };

/** A process whose every call of a port goes through the gate. */
export const processBehind = (
  gate: Gate,
  ports: OpenPorts,
  report: (report: Report) => void,
): PayerProcess => {
  const { store, chain, signer, source, lease, witness, ...rest } = ports;
  const log = new CodedEventLog(gated(store, "store", gate, ["append", "read"]));
  const gatedPorts: ProcessPorts = {
    ...rest,
    log,
    repository: new Repository(log),
    chain: gated(chain, "chain", gate, [
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
    signer: gated(signer, "signer", gate, ["sign"]),
    source: gated(source, "source", gate, ["split", "head"]),
    lease: gated(lease, "lease", gate, ["hold"]),
    witness: gated(witness, "witness", gate, ["write", "read"]),
  };
  return new PayerProcess(gatedPorts, report);
};

/** Starts a process whose ports count their calls, over all ports, and may kill it at one of them. */
export const startProcess = (
  ports: OpenPorts,
  point?: CrashPoint,
  interlude?: Interlude,
): StartedProcess & { readonly process: PayerProcess } => {
  const gate = new CallGate(point, interlude);
  const reports: Report[] = [];
  return { process: processBehind(gate, ports, (report) => reports.push(report)), gate, reports };
};

export const isSettled = (installation: Installation, cycle: number): boolean =>
  installation
    .events()
    .some(({ stream, event }) => stream === `cycle-${BAKER}_${cycle}` && event.type === "CycleSettled");
