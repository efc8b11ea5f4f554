import { type Pool } from "pg";
import { type Json } from "../../domain/digest.js";
import { type TzAddress } from "../../domain/identifiers.js";
import { asking } from "./errors.js";

/** Encrypted keys by address. The record is opaque here: it is neither read nor shown. */
export class PostgresWalletStore {
  constructor(private readonly pool: Pool) {}

  /** Keeps a record; importing the same wallet again replaces it. */
  async save(address: TzAddress, record: Json): Promise<void> {
    await asking("PostgreSQL: wallet", () =>
      this.pool.query(
        `INSERT INTO ops.wallet (address, record) VALUES ($1, $2)
         ON CONFLICT (address) DO UPDATE SET record = excluded.record`,
        [address, JSON.stringify(record)],
      ),
    );
  }

  /** Forgets the record of an address. */
  async remove(address: TzAddress): Promise<void> {
    await asking("PostgreSQL: wallet", () =>
      this.pool.query("DELETE FROM ops.wallet WHERE address = $1", [address]),
    );
  }

  async load(address: TzAddress): Promise<unknown> {
    const { rows } = await asking("PostgreSQL: wallet", () =>
      this.pool.query<{ record: unknown }>("SELECT record FROM ops.wallet WHERE address = $1", [address]),
    );
    return rows[0]?.record;
  }

  /** Addresses of all wallets kept, oldest first. */
  async addresses(): Promise<TzAddress[]> {
    const { rows } = await asking("PostgreSQL: wallet", () =>
      this.pool.query<{ address: TzAddress }>("SELECT address FROM ops.wallet ORDER BY created_at, address"),
    );
    return rows.map(({ address }) => address);
  }
}
