// Sessions and their refresh tokens, within transactions of the store.
import { type PoolClient } from "pg";
import {
  type Account,
  type RefreshToken,
  type RevokedFor,
  type Session,
  type ShownToken,
} from "../../application/ports/accounts.js";

/** An account, or null, within a row that has names of its own. */
export const ACCOUNT_AS_JSON = `CASE WHEN a.id IS NOT NULL THEN json_build_object('id', a.id, 'name', a.name, 'role', a.role,
  'disabled', a.disabled, 'createdAt', a.created_at, 'changedAt', a.changed_at) END AS account`;

const SESSION = `SELECT s.id, s.expires_at AS "expiresAt", s.revoked_at IS NOT NULL AS revoked, ${ACCOUNT_AS_JSON}
  FROM ops.session s JOIN ops.account a ON a.id = s.account_id WHERE s.id = $1`;

/** Times are those of JSON. */
export interface StoredAccount extends Omit<Account, "createdAt" | "changedAt"> {
  readonly createdAt: string;
  readonly changedAt: string;
}

export const accountFrom = (stored: StoredAccount): Account => ({
  ...stored,
  createdAt: new Date(stored.createdAt),
  changedAt: new Date(stored.changedAt),
});

export const addToken = (session: PoolClient, of: string, { hash, issuedAt, expiresAt }: RefreshToken) =>
  session.query(
    "INSERT INTO ops.refresh_token (hash, session_id, issued_at, expires_at) VALUES ($1, $2, $3, $4)",
    [hash, of, issuedAt, expiresAt],
  );

export const readSession = async (
  client: Pick<PoolClient, "query">,
  id: string,
): Promise<Session | undefined> => {
  const { rows } = await client.query<Omit<Session, "account"> & { account: StoredAccount }>(SESSION, [id]);
  const [row] = rows;
  return row && { ...row, account: accountFrom(row.account) };
};

export const endSession = (client: Pick<PoolClient, "query">, id: string, why: RevokedFor, at: Date) =>
  client.query(
    "UPDATE ops.session SET revoked_at = $3, revoked_for = $2 WHERE id = $1 AND revoked_at IS NULL",
    [id, why, at],
  );

export const endSessions = (session: PoolClient, account: string, why: RevokedFor, at: Date, keep?: string) =>
  session.query(
    `UPDATE ops.session SET revoked_at = $3, revoked_for = $2
     WHERE account_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $4::uuid`,
    [account, why, at, keep],
  );

/** Whose refresh token it is, and how it stands. The session's row is locked before anything is read that it guards. */
export const lockShown = async (session: PoolClient, hash: string): Promise<ShownToken | undefined> => {
  const { rows: found } = await session.query<{ id: string }>(
    `SELECT id FROM ops.session WHERE id = (SELECT session_id FROM ops.refresh_token WHERE hash = $1) FOR UPDATE`,
    [hash],
  );
  const [locked] = found;
  const of = locked && (await readSession(session, locked.id));
  if (of === undefined) return undefined;
  // A statement of its own: the one that waited for the lock sees the token as it was before it waited.
  const { rows } = await session.query<{ expiresAt: Date; usedAt: Date | null }>(
    `SELECT expires_at AS "expiresAt", used_at AS "usedAt" FROM ops.refresh_token WHERE hash = $1`,
    [hash],
  );
  const [token] = rows;
  return token && { session: of, expiresAt: token.expiresAt, usedAt: token.usedAt ?? undefined };
};
