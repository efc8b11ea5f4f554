import { type TzAddress } from "../../domain/identifiers.js";
import { type Revision } from "./event-store.js";

/** The only source of time and of waiting, so that a simulation can own both. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms`, or at once when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Who may try. Safety never rests on it: the wallet stream's expected revision is the fence. */
export interface Lease {
  /** Takes or keeps the lease; undefined while another process holds it. Tokens only grow. */
  hold(): Promise<{ readonly token: bigint } | undefined>;
  release(): Promise<void>;
}

/** The last thing this installation saw in the log, kept outside it (PAYMENT section 8). */
export interface WitnessRecord {
  /** Whose event it is; null in a record of before it was written down. */
  readonly payer: TzAddress | null;
  readonly revision: Revision;
  readonly eventId: string;
}
/** Written and fsynced before each injection; both copies (database, file) that can be read are answered. */
export interface Witness {
  write(record: WitnessRecord): Promise<void>;
  read(): Promise<readonly WitnessRecord[]>;
}

/** Identity of the database behind lease and log; another one means that something was restored. */
export interface InstallationIdentity {
  readonly systemIdentifier: string;
  readonly timeline: number;
  readonly databaseOid: number;
}
