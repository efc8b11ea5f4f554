// The API's accounts on a real PostgreSQL, with time that is told and light hashes whose work is counted.
import { type Pool } from "pg";
import { type Account, type PasswordHasher } from "../../src/application/ports/accounts.js";
import { type Sessions } from "../../src/application/accounts/login.js";
import { addUser } from "../../src/application/accounts/users.js";
import { Argon2Hasher, type Argon2Parameters } from "../../src/infrastructure/accounts/argon2.js";
import { JwtSigner } from "../../src/infrastructure/accounts/jwt.js";
import { PostgresAccounts } from "../../src/infrastructure/postgres/accounts.js";
import { createPool, endPool } from "../../src/infrastructure/postgres/pool.js";
import { freshDatabase } from "./postgres.js";
import { ManualClock } from "./world/manual-clock.js";

export const LIGHT: Argon2Parameters = { memoryKiB: 8, passes: 1, lanes: 1 };
export const SECRET = "a secret of more than thirty-two bytes";
export const PASSWORD = "correct horse battery staple";

/** Says what work it did: its parameters, whatever was verified. */
export class CountingHasher extends Argon2Hasher {
  readonly verified: string[] = [];
  hashed = 0;

  override verify(hash: string, password: string): Promise<boolean> {
    this.verified.push(hash.split("$").slice(1, 4).join("$"));
    return super.verify(hash, password);
  }

  override hash(password: string): Promise<string> {
    this.hashed += 1;
    return super.hash(password);
  }
}

/** A hasher that verifies as another does, and while it is at it something else happens. */
export const meanwhileVerifying = (hasher: PasswordHasher, work: () => Promise<unknown>): PasswordHasher => ({
  hash: (password) => hasher.hash(password),
  decoy: () => hasher.decoy(),
  isOutdated: (hash) => hasher.isOutdated(hash),
  verify: async (hash, password) => {
    const matches = await hasher.verify(hash, password);
    await work();
    return matches;
  },
});

const CONNECTIONS = 20;

/** Opens all connections: what then starts at the same moment meets in the database. */
const connectAll = async (pool: Pool): Promise<void> => {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
  for (const client of clients) client.release();
};

export interface AccountsOnPostgres extends Sessions {
  readonly pool: Pool;
  readonly clock: ManualClock;
  readonly hasher: CountingHasher;
  /** The same accounts as another process has them. */
  another(parameters?: Argon2Parameters): Sessions & { readonly hasher: CountingHasher };
  close(): Promise<void>;
}

/** Accounts over a pool, as a process of its own has them. */
export const accountsOver = (pool: Pool, clock: ManualClock, parameters = LIGHT) => ({
  store: new PostgresAccounts(pool),
  hasher: new CountingHasher(parameters),
  signer: new JwtSigner(SECRET),
  clock,
});

export const openAccounts = async (): Promise<AccountsOnPostgres> => {
  const database = await freshDatabase();
  const pool = createPool({ url: database.url, applicationName: "accounts", max: CONNECTIONS });
  await connectAll(pool);
  const clock = new ManualClock(Date.UTC(2026, 0, 1));
  const another = (parameters = LIGHT) => accountsOver(pool, clock, parameters);
  const close = async (): Promise<void> => {
    await endPool(pool);
    await database.drop();
  };
  return { ...another(), pool, clock, another, close };
};

export const isDone = <T extends object>(outcome: T): outcome is Exclude<T, { readonly refused: string }> =>
  !("refused" in outcome);

/** What was not refused. */
export const done = <T extends object>(outcome: T): Exclude<T, { readonly refused: string }> => {
  if (isDone(outcome)) return outcome;
  throw new Error(`refused: ${JSON.stringify(outcome)}`);
};

export const addOperator = async (accounts: Sessions, name: string): Promise<Account> =>
  done(await addUser(accounts, { name, role: "operator", password: PASSWORD }));
