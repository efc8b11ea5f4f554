// Accounts, their sessions and tokens in `ops`.
import { type Pool, type PoolClient } from "pg";
import {
  type Account,
  type AccountStore,
  type AccountWithPassword,
  type ApiToken,
  type Attempt,
  type AttemptKeys,
  type Failures,
  type FailuresSeen,
  type NewApiToken,
  type NewPassword,
  type NewSession,
  type RevokedFor,
  type Role,
  type Rotation,
  type Scope,
  type Session,
  type ShownToken,
} from "../../application/ports/accounts.js";
import {
  ACCOUNT_AS_JSON,
  accountFrom,
  addToken,
  endSession,
  endSessions,
  lockShown,
  readSession,
  type StoredAccount,
} from "./account-sessions.js";
import { asking } from "./errors.js";
import { transact } from "./pool.js";

const ACCOUNT = `a.id, a.name, a.role, a.disabled, a.created_at AS "createdAt", a.changed_at AS "changedAt"`;
const WITH_PASSWORD = `${ACCOUNT}, a.password_hash AS "passwordHash", a.password_version AS "passwordVersion"`;
const API_TOKEN = `SELECT t.id, t.name, t.scopes, t.created_at AS "createdAt", t.expires_at AS "expiresAt",
  t.last_used_at AS "lastUsedAt", t.revoked_at AS "revokedAt", ${ACCOUNT_AS_JSON}
  FROM ops.api_token t LEFT JOIN ops.account a ON a.id = t.account_id`;

/** Locks the row, also where there was none. */
const LOCK_FAILURES = `
  INSERT INTO ops.login_failures AS f (kind, key, failures, failed_at) VALUES ($1, $2, 0, 'epoch')
  ON CONFLICT (kind, key) DO UPDATE SET failures = f.failures
  RETURNING f.failures AS count, f.failed_at AS last`;
const COUNT_FAILURE =
  "UPDATE ops.login_failures SET failures = $3, failed_at = $4 WHERE kind = $1 AND key = $2";
const LAST_LOGIN = "SELECT last_login_at AS at FROM ops.login_address WHERE account = $1 AND address = $2";

type Kind = "account" | "address";

const lockFailures = async (session: PoolClient, kind: Kind, key: string): Promise<Failures | undefined> => {
  const { rows } = await session.query<Failures>(LOCK_FAILURES, [kind, key]);
  return rows.find(({ count }) => count > 0);
};

export class PostgresAccounts implements AccountStore {
  constructor(private readonly pool: Pool) {}

  async add(account: AccountWithPassword): Promise<boolean> {
    const { id, name, passwordHash, passwordVersion, role, disabled, createdAt, changedAt } = account;
    const { rowCount } = await this.ask(
      `INSERT INTO ops.account (id, name, password_hash, password_version, role, disabled, created_at, changed_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
      [id, name, passwordHash, passwordVersion, role, disabled, createdAt, changedAt],
    );
    return rowCount === 1;
  }

  async list(): Promise<readonly Account[]> {
    return (await this.ask<Account>(`SELECT ${ACCOUNT} FROM ops.account a ORDER BY lower(a.name)`)).rows;
  }

  async byName(name: string): Promise<AccountWithPassword | undefined> {
    const sql = `SELECT ${WITH_PASSWORD} FROM ops.account a WHERE lower(a.name) = lower($1)`;
    return (await this.ask<AccountWithPassword>(sql, [name])).rows[0];
  }

  async byId(id: string): Promise<AccountWithPassword | undefined> {
    const sql = `SELECT ${WITH_PASSWORD} FROM ops.account a WHERE a.id = $1`;
    return (await this.ask<AccountWithPassword>(sql, [id])).rows[0];
  }

  setPassword(id: string, { hash, at, keepSession, insteadOf }: NewPassword): Promise<boolean> {
    return this.transact(async (session) => {
      const { rowCount } = await session.query(
        `UPDATE ops.account SET password_hash = $2, password_version = password_version + 1, changed_at = $3
         WHERE id = $1 AND password_version = coalesce($4, password_version)`,
        [id, hash, at, insteadOf],
      );
      if (rowCount !== 1) return false;
      await endSessions(session, id, "password", at, keepSession);
      return true;
    });
  }

  async replaceHash(id: string, passwordVersion: number, hash: string): Promise<void> {
    await this.ask("UPDATE ops.account SET password_hash = $3 WHERE id = $1 AND password_version = $2", [
      id,
      passwordVersion,
      hash,
    ]);
  }

  async setRole(id: string, role: Role, at: Date): Promise<void> {
    await this.ask("UPDATE ops.account SET role = $2, changed_at = $3 WHERE id = $1 AND role <> $2", [
      id,
      role,
      at,
    ]);
  }

  setDisabled(id: string, disabled: boolean, at: Date): Promise<void> {
    return this.transact(async (session) => {
      await session.query(
        "UPDATE ops.account SET disabled = $2, changed_at = $3 WHERE id = $1 AND disabled <> $2",
        [id, disabled, at],
      );
      if (disabled) await endSessions(session, id, "disabled", at);
    });
  }

  attempt(keys: AttemptKeys, weigh: (seen: FailuresSeen) => Attempt): Promise<Attempt> {
    return this.transact(async (session) => {
      // Always in this order, so that no two wait for each other.
      const account = await lockFailures(session, "account", keys.account);
      const address = await lockFailures(session, "address", keys.address);
      const { rows } = await session.query<{ at: Date }>(LAST_LOGIN, [keys.account, keys.address]);
      const attempt = weigh({ account, address, lastLoginFromThere: rows[0]?.at });
      if (!attempt.allowed) return attempt;
      for (const kind of ["account", "address"] as const)
        await session.query(COUNT_FAILURE, [kind, keys[kind], attempt[kind].count, attempt[kind].last]);
      return attempt;
    });
  }

  forgive({ account, address }: AttemptKeys): Promise<void> {
    return this.transact(async (session) => {
      await session.query("DELETE FROM ops.login_failures WHERE kind = 'account' AND key = $1", [account]);
      await session.query(
        "UPDATE ops.login_failures SET failures = failures - 1 WHERE kind = 'address' AND key = $1 AND failures > 0",
        [address],
      );
    });
  }

  openSession({
    id,
    accountId,
    passwordVersion,
    keys,
    createdAt,
    expiresAt,
    token,
  }: NewSession): Promise<boolean> {
    return this.transact(async (session) => {
      // Whoever changes the password or disables the account waits until the session is there for them to end.
      const { rowCount } = await session.query(
        "SELECT 1 FROM ops.account WHERE id = $1 AND password_version = $2 AND NOT disabled FOR SHARE",
        [accountId, passwordVersion],
      );
      if (rowCount !== 1) return false;
      await session.query(
        "INSERT INTO ops.session (id, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        [id, accountId, createdAt, expiresAt],
      );
      await addToken(session, id, token);
      await session.query(
        `INSERT INTO ops.login_address (account, address, last_login_at) VALUES ($1, $2, $3)
         ON CONFLICT (account, address) DO UPDATE SET last_login_at = excluded.last_login_at`,
        [keys.account, keys.address, createdAt],
      );
      return true;
    });
  }

  session(id: string): Promise<Session | undefined> {
    return asking("PostgreSQL: accounts", () => readSession(this.pool, id));
  }

  rotate(hash: string, decide: (shown: ShownToken | undefined) => Rotation, at: Date): Promise<Rotation> {
    return this.transact(async (session) => {
      const shown = await lockShown(session, hash);
      const rotation = decide(shown);
      if (rotation.is === "rotated") {
        await session.query("UPDATE ops.refresh_token SET used_at = $2 WHERE hash = $1", [hash, at]);
        await addToken(session, rotation.session, rotation.next);
      }
      if (rotation.is === "reused" && shown !== undefined)
        await endSession(session, shown.session.id, "reuse", at);
      return rotation;
    });
  }

  async endSessionOf(hash: string, why: RevokedFor, at: Date): Promise<void> {
    await this.ask(
      `UPDATE ops.session SET revoked_at = $3, revoked_for = $2 WHERE revoked_at IS NULL
         AND id = (SELECT session_id FROM ops.refresh_token WHERE hash = $1)`,
      [hash, why, at],
    );
  }

  async forget(before: Parameters<AccountStore["forget"]>[0]): Promise<void> {
    for (const [table, column, time] of [
      ["login_failures", "failed_at", before.failures],
      ["session", "expires_at", before.sessions],
      ["login_address", "last_login_at", before.addresses],
    ] as const)
      // What somebody is at is left to the next time: nobody waits for this, nor it for anybody.
      await this.ask(
        `DELETE FROM ops.${table} WHERE ctid IN
           (SELECT ctid FROM ops.${table} WHERE ${column} < $1 FOR UPDATE SKIP LOCKED)`,
        [time],
      );
  }

  async addApiToken(token: NewApiToken): Promise<void> {
    const { id, name, hash, scopes, accountId, createdAt, expiresAt } = token;
    await this.ask(
      `INSERT INTO ops.api_token (id, name, hash, scopes, account_id, created_at, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, name, hash, scopes, accountId, createdAt, expiresAt],
    );
  }

  apiTokens(): Promise<readonly ApiToken[]> {
    return this.readApiTokens(`${API_TOKEN} ORDER BY t.created_at DESC, t.id`);
  }

  async apiTokenOf(hash: string): Promise<ApiToken | undefined> {
    return (await this.readApiTokens(`${API_TOKEN} WHERE t.hash = $1`, [hash]))[0];
  }

  async revokeApiToken(id: string, at: Date): Promise<boolean> {
    const { rowCount } = await this.ask(
      "UPDATE ops.api_token SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1",
      [id, at],
    );
    return rowCount === 1;
  }

  async usedApiToken(id: string, at: Date): Promise<void> {
    await this.ask("UPDATE ops.api_token SET last_used_at = greatest(last_used_at, $2) WHERE id = $1", [
      id,
      at,
    ]);
  }

  private async readApiTokens(sql: string, values: unknown[] = []): Promise<ApiToken[]> {
    type Row = Omit<ApiToken, "account" | "scopes"> & { account: StoredAccount | null; scopes: Scope[] };
    const { rows } = await this.ask<Row>(sql, values);
    return rows.map((row) => ({ ...row, account: row.account && accountFrom(row.account) }));
  }

  private ask<Row extends object>(sql: string, values: unknown[] = []) {
    return asking("PostgreSQL: accounts", () => this.pool.query<Row>(sql, values));
  }

  private transact<T>(work: (session: PoolClient) => Promise<T>): Promise<T> {
    return asking("PostgreSQL: accounts", () => transact(this.pool, work));
  }
}
