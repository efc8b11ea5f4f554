import { randomUUID } from "node:crypto";
import { type Pool } from "pg";
import { type Lease } from "../../application/ports/system.js";
import { asking } from "./errors.js";

export interface LeaseOptions {
  /** What is leased; one holder a name. */
  readonly name: string;
  /** Time without a renewal after which another process may take over. */
  readonly ttlMs?: number;
}

/**
 * What a process that is killed costs, most of all: less than two of mainnet's blocks. Longer than any one step between
 * two renewals, of which the largest baker's rewards are the longest (6 s on two slow cores); who loses the lease over a
 * step loses no more than time.
 */
const TTL_MS = 10_000;

/**
 * Time is the database's: the clocks of two machines may differ by more than a lease lasts. One that ran out is a new
 * one also to its holder: meanwhile another may have had it, in a table that was restored since.
 */
const HOLD = `
  INSERT INTO ops.lease AS held (name, token, holder, expires_at)
  VALUES ($1, 1, $2, clock_timestamp() + $3 * interval '1 millisecond')
  ON CONFLICT (name) DO UPDATE SET
    token = held.token
      + CASE WHEN held.holder = excluded.holder AND held.expires_at > clock_timestamp() THEN 0 ELSE 1 END,
    holder = excluded.holder,
    expires_at = excluded.expires_at
  WHERE held.holder IS NULL OR held.holder = excluded.holder OR held.expires_at <= clock_timestamp()
  RETURNING token`;

const RELEASE = "UPDATE ops.lease SET holder = NULL WHERE name = $1 AND holder = $2";

/**
 * A lease in PostgreSQL. `hold` renews it; a new holder gets a new token, and so does one that came too late. Both throw `StoreUnavailable`;
 * who cannot renew holds nothing for longer than the time to live.
 */
export class PostgresLease implements Lease {
  private readonly holder = randomUUID();
  private readonly name: string;
  private readonly ttlMs: number;

  constructor(
    private readonly pool: Pool,
    options: LeaseOptions,
  ) {
    this.name = options.name;
    this.ttlMs = options.ttlMs ?? TTL_MS;
  }

  async hold(): Promise<{ token: bigint } | undefined> {
    const { rows } = await asking("PostgreSQL: lease", () =>
      this.pool.query<{ token: bigint }>(HOLD, [this.name, this.holder, this.ttlMs]),
    );
    return rows[0];
  }

  async release(): Promise<void> {
    await asking("PostgreSQL: lease", () => this.pool.query(RELEASE, [this.name, this.holder]));
  }
}
