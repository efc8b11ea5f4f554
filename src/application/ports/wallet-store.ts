import { type TzAddress } from "../../domain/identifiers.js";

/** Where the encrypted keys of imported wallets are kept. */
export interface WalletStore {
  /** Importing the same wallet again replaces its record. */
  save(address: TzAddress, record: Readonly<Record<string, string | number>>): Promise<void>;
  /** What was saved, as JSON gives it back; undefined if there is none. */
  load(address: TzAddress): Promise<unknown>;
  /** Oldest first. */
  addresses(): Promise<readonly TzAddress[]>;
}
