// What log, node and read models tell together, each as a command of the command line tells it; nothing is written.
import { type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { type PolicyFile } from "../../domain/reward/policy.js";
import { obligationFrom } from "../arguments.js";
import { type PayoutProof } from "../audit/payout-proof.js";
import { auditPayout, type PayoutStory } from "../audit/payout.js";
import { provePayout } from "../audit/prove.js";
import { ActRefused } from "../commands/acts.js";
import { type DelegationLimit } from "../compute-cycle.js";
import { type EventLog } from "../ports/event-log.js";
import { type EventReading } from "../ports/event-reading.js";
import { type EventStore } from "../ports/event-store.js";
import { type ReadModels, type ReadModelStatus } from "../ports/read-models.js";
import { type Clock } from "../ports/system.js";
import { readModelsInShort } from "../queries/read-models.js";
import { type ShownChain, withinMs } from "../queries/soon.js";
import { status } from "../queries/status.js";
import { type WhatIf, whatIf } from "../replay/what-if.js";
import { type Repository } from "../repository.js";
import { type InstallationStatus } from "./installation.js";

export interface InspectionPorts {
  readonly baker: TzAddress;
  readonly log: EventLog;
  readonly store: EventStore;
  readonly repository: Repository;
  readonly reading: EventReading;
  readonly chain: ShownChain;
  readonly clock: Clock;
  readonly readModels: Pick<ReadModels, "status">;
  /** The same without a look for snapshots: it may be for a node to say which chain's they are. */
  readonly standing: () => Promise<readonly ReadModelStatus[]>;
  readonly limitOf: DelegationLimit;
}

/** Only one of these is worked on at a time, and one is: ask again later. */
export class Busy extends Error {
  override readonly name = "Busy";
}

/** A payment by its name `<payout>/<id>`: undefined where it is none that a cycle pays to a delegator. */
export interface Inspection {
  status(): Promise<InstallationStatus>;
  readModels(): Promise<readonly ReadModelStatus[]>;
  explain(payment: string): Promise<PayoutStory | undefined>;
  /** Throws `NotProvable`, `Busy`. */
  prove(payment: string): Promise<PayoutProof | undefined>;
  /** Throws `ActRefused`, `Busy`. */
  whatIf(cycles: { readonly first: Cycle; readonly last: Cycle }, file: PolicyFile): Promise<WhatIf>;
}

/** How long a node is waited for. */
const NODE_WITHIN_MS = 2_000;

/** What is long to compute must not be asked for again and again until nothing else is answered. */
const oneAtATime = (what: string) => {
  let isBusy = false;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (isBusy) throw new Busy(`${what} is made for somebody else at this moment`);
    isBusy = true;
    try {
      return await work();
    } finally {
      isBusy = false;
    }
  };
};

const unlessRefused = async <T>(asked: Promise<T>): Promise<T | undefined> => {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ActRefused) return undefined;
    throw error;
  }
};

export const inspectionOf = (ports: InspectionPorts): Inspection => {
  const { baker, log, readModels } = ports;
  const proving = oneAtATime("a proof");
  const computing = oneAtATime("another computation");
  const shareFrom = (payment: string) => obligationFrom(baker, payment)?.share;
  return {
    status: async () => {
      const found = await withinMs(NODE_WITHIN_MS, ports, (chain) => status({ ...ports, chain }));
      return { ...found, readModels: readModelsInShort(await ports.standing()) };
    },
    readModels: () => readModels.status(),
    explain: async (payment) => {
      const share = shareFrom(payment);
      return share && unlessRefused(auditPayout({ log, baker }, share.cycle, share.delegator));
    },
    prove: async (payment) => {
      const share = shareFrom(payment);
      if (share === undefined) return undefined;
      const { proof } = await proving(() => provePayout(ports, { ...share, withTerms: false }));
      return proof;
    },
    whatIf: (cycles, file) => computing(() => whatIf({ log, baker }, cycles, file, ports.limitOf)),
  };
};
