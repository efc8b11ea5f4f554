import { type Accounts } from "./accounts/users.js";
import { type Acts } from "./commands/acts.js";
import { type Evidence } from "./commands/pay-cycle.js";
import { type OpenedWallet } from "./commands/wallet.js";
import { type DelegationLimit } from "./compute-cycle.js";
import { type ReadLine } from "./audit/verify.js";
import { type CopyTarget } from "./log/copy.js";
import { type NodeHealth, type OperationCodec, type OperationReader } from "./ports/chain.js";
import { type EventLog } from "./ports/event-log.js";
import { type EventReading } from "./ports/event-reading.js";
import { type EventStore } from "./ports/event-store.js";
import { type ReadPayoutRecords } from "./ports/payout-records.js";
import { type OperationHistory } from "./ports/operations.js";
import { type ReadModels } from "./ports/read-models.js";
import { type CycleCalendar, type RewardSource } from "./ports/reward-source.js";
import { type Clock } from "./ports/system.js";
import { type SentTransfers } from "./ports/transfers.js";
import { type Parts } from "./replay/replay.js";
import { type TzAddress } from "../domain/identifiers.js";
import { type SigningKey } from "../domain/proof/note.js";

/** What looks at the log's bytes, and copies them. */
export interface AuditServices {
  readonly reading: EventReading;
  /** The log of this installation; undefined reads the one at an address. */
  source(url?: string): Promise<EventStore>;
  /** The same to be written to; one that is new is set up. */
  target(url?: string): Promise<CopyTarget>;
  /** The installation's audit key, made if it is asked for and there is none. */
  key(asked: { readonly make: boolean }): Promise<SigningKey | undefined>;
  codec(): Promise<OperationCodec>;
  readLines(path: string): AsyncIterable<ReadLine>;
  writeLines(path: string, lines: AsyncIterable<string>): Promise<void>;
  /** To standard output. */
  printLines(lines: AsyncIterable<string>): Promise<void>;
}

/** What the command line needs; each is opened when it is first asked for, and `close` closes what was opened. */
export interface Services {
  readonly clock: Clock;
  /** The log, the chain, and who acts; a database that is new is set up. */
  acts(): Promise<Acts>;
  /** The same for a command that writes nothing: of databases it sets up the embedded one alone. */
  view(): Promise<Acts>;
  log(): Promise<EventLog>;
  /** Who may use the API; a database that is new is set up. */
  accounts(): Promise<Accounts>;
  /** The same for a command that writes nothing. */
  viewAccounts(): Promise<Accounts>;
  audit: AuditServices;
  source(): Promise<RewardSource>;
  /** For `cycle compute` and `compare`: needs no database and never the sandbox. */
  compute(): {
    readonly source: RewardSource & CycleCalendar;
    readonly transfers: SentTransfers;
    readonly limitOf: DelegationLimit;
    readonly baker: TzAddress | undefined;
  };
  /** What each node shows now. */
  nodeHealth(): Promise<readonly NodeHealth[]>;
  /** What `cycle pay` looks at. */
  evidence(): Promise<Evidence>;
  /** Reads other systems' payout records. */
  payoutRecords(): Promise<ReadPayoutRecords>;
  /** The read models of this installation. */
  readModels(): Promise<ReadModels>;
  /** What `reconcile` holds the log against. */
  operations(): Promise<OperationHistory>;
  /** Reads the bytes of signed operations. */
  operationReader(): Promise<OperationReader>;
  /** Looks at parts of a long replay in threads of their own. */
  replayParts(): Promise<Parts>;
  /** Opens a secret key or mnemonic. Throws what is wrong with it. */
  openWallet(secret: string): Promise<OpenedWallet>;
  migrations: {
    status(): Promise<{
      readonly applied: readonly string[];
      readonly pending: readonly string[];
      readonly unknownLater: readonly string[];
    }>;
    up(): Promise<readonly string[]>;
  };
  /** Variables that are set and do nothing in this release, by name. */
  readonly variablesWithoutEffect: readonly string[];
  /** Names of the variables that are set, and what is wrong with them together. */
  configMistakes(): readonly { readonly variable: string; readonly problem: string }[];
  /** Pays until the signal is aborted. */
  start(signal: AbortSignal, tell: (line: string) => void): Promise<void>;
  /** Runs a simulated node and TzKT until the signal is aborted. */
  sandbox(
    options: {
      readonly port: number;
      readonly blockTimeMs: number;
      /** JSON that says what goes wrong, and the seed that decides when. */
      readonly faults: { readonly json: unknown; readonly seed: number } | undefined;
    },
    signal: AbortSignal,
    tell: (line: string) => void,
  ): Promise<void>;
  /** Whether an error's message says all that a person needs; anything else is a defect and keeps its stack. */
  isExplained(error: unknown): boolean;
  close(): Promise<void>;
}
