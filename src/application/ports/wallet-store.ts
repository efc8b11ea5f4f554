import { type TzAddress } from "../../domain/identifiers.js";

/** An encrypted key, opaque to whoever keeps it. */
export type WalletRecord = Readonly<Record<string, string | number>>;

/** Where the imported wallet's encrypted key is kept; one key an installation. */
export interface WalletStore {
  save(address: TzAddress, record: WalletRecord): Promise<void>;
  load(): Promise<{ readonly address: TzAddress; readonly record: WalletRecord } | undefined>;
}
