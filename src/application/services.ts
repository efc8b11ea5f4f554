import { type Acts } from "./commands/acts.js";
import { type Evidence } from "./commands/pay-cycle.js";
import { type OpenedWallet } from "./commands/wallet.js";
import { type DelegationLimit } from "./compute-cycle.js";
import { type NodeHealth } from "./ports/chain.js";
import { type EventLog } from "./ports/event-log.js";
import { type ReadPayoutRecords } from "./ports/payout-records.js";
import { type OperationHistory } from "./ports/operations.js";
import { type ReadModels } from "./ports/read-models.js";
import { type RewardSource } from "./ports/reward-source.js";
import { type Clock } from "./ports/system.js";
import { type TzAddress } from "../domain/identifiers.js";

/** What the command line needs; each is opened when it is first asked for, and `close` closes what was opened. */
export interface Services {
  readonly clock: Clock;
  /** The log, the chain, and who acts; a database that is new is set up. */
  acts(): Promise<Acts>;
  /** The same for a command that writes nothing: of databases it sets up the embedded one alone. */
  view(): Promise<Acts>;
  log(): Promise<EventLog>;
  source(): Promise<RewardSource>;
  /** For `cycle compute`: needs no database and never the sandbox. */
  compute(): {
    readonly source: RewardSource;
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
