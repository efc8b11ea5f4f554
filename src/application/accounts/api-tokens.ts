// Tokens for programs: made by a person, shown once, used until they expire or are revoked.
import { randomUUID } from "node:crypto";
import { type ApiToken, type Scope } from "../ports/accounts.js";
import { API_TOKEN, digestOf, newSecret, scopesOf, withIncluded } from "./rules.js";
import { type Accounts, findUser, type NoSuchUser, shownAccount } from "./users.js";

const DAY_MS = 24 * 60 * 60_000;
export const MOST_DAYS = 366;
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._/-]{0,99}$/u;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface TokenWish {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Whose it is; undefined: nobody's. */
  readonly user: string | undefined;
  /** A whole number from 1 to 366. */
  readonly days: number;
}

export type TokenRefused =
  | NoSuchUser
  | { readonly refused: "bad-token-name" | "no-scopes" | "bad-days" | "beyond-role" | "user-disabled" };

/** Makes a token; `secret` is shown now and never again. */
export const createApiToken = async (
  { store, clock }: Accounts,
  { name, scopes: asked, user, days }: TokenWish,
): Promise<{ readonly token: ApiToken; readonly secret: string } | TokenRefused> => {
  if (!NAME.test(name)) return { refused: "bad-token-name" };
  const scopes = withIncluded(asked);
  if (scopes.length === 0) return { refused: "no-scopes" };
  if (!Number.isInteger(days) || days < 1 || days > MOST_DAYS) return { refused: "bad-days" };
  const account = user === undefined ? null : await findUser(store, user);
  if (account === undefined) return { refused: "no-such-user" };
  if (account?.disabled === true) return { refused: "user-disabled" };
  if (account !== null && scopes.length > scopesOf(account.role).length) return { refused: "beyond-role" };
  const [secret, createdAt] = [newSecret(API_TOKEN), clock.now()];
  const expiresAt = new Date(createdAt.getTime() + days * DAY_MS);
  const made = { id: randomUUID(), name, scopes, createdAt, expiresAt };
  await store.addApiToken({ ...made, hash: digestOf(secret), accountId: account?.id ?? null });
  return {
    secret,
    token: { ...made, account: account && shownAccount(account), lastUsedAt: null, revokedAt: null },
  };
};

/** All tokens, the newest first; of none the secret is known. */
export const listApiTokens = ({ store }: Accounts): Promise<readonly ApiToken[]> => store.apiTokens();

/** Ends a token; again, it is nothing. */
export const revokeApiToken = async (
  { store, clock }: Accounts,
  id: string,
): Promise<{ readonly revoked: true } | { readonly refused: "no-such-token" }> => {
  const isThere = UUID.test(id) && (await store.revokeApiToken(id, clock.now()));
  return isThere ? { revoked: true } : { refused: "no-such-token" };
};
