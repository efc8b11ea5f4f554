// Whose request it is: by an access token of a session, or by an API token.
import { type Account, type ApiToken, type Role, type Scope } from "../ports/accounts.js";
import { type Sessions } from "./login.js";
import { API_TOKEN, digestOf, roleOf, scopesOf } from "./rules.js";

export interface Principal {
  /** Null: a token of nobody's. */
  readonly user: { readonly id: string; readonly name: string } | null;
  /** The role whose scopes these are; for a token it may be less than its user's. */
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly by: { readonly session: string } | { readonly apiToken: string };
}

export interface NotAuthenticated {
  readonly refused: "invalid" | "expired" | "revoked" | "disabled";
}

/** So often a token's last use is written down at most. */
const USE_NOTED_MS = 60_000;

const refuse = (refused: NotAuthenticated["refused"]): NotAuthenticated => ({ refused });

const userOf = ({ id, name }: Account): { readonly id: string; readonly name: string } => ({ id, name });

/** The account is looked up each time: what was said of it since the token was signed holds at once. */
const bySession = async (
  { store, signer, clock }: Sessions,
  bearer: string,
): Promise<Principal | NotAuthenticated> => {
  const now = clock.now();
  const claims = await signer.verify(bearer, now);
  if ("refused" in claims) return claims;
  const session = await store.session(claims.session);
  if (session === undefined || session.account.id !== claims.account) return refuse("invalid");
  const { account, revoked, expiresAt } = session;
  if (account.disabled) return refuse("disabled");
  if (revoked) return refuse("revoked");
  if (now >= expiresAt) return refuse("expired");
  return {
    user: userOf(account),
    role: account.role,
    scopes: scopesOf(account.role),
    by: { session: session.id },
  };
};

/** What of a token's scopes its user's role still allows. */
const scopesNow = ({ scopes, account }: ApiToken): readonly Scope[] => {
  const allowed = account === null ? scopes : scopesOf(account.role);
  return scopes.filter((scope) => allowed.includes(scope));
};

const byApiToken = async (
  { store, clock }: Sessions,
  bearer: string,
): Promise<Principal | NotAuthenticated> => {
  const now = clock.now();
  const token = await store.apiTokenOf(digestOf(bearer));
  if (token === undefined) return refuse("invalid");
  const { id, account, lastUsedAt } = token;
  if (token.revokedAt !== null) return refuse("revoked");
  if (now >= token.expiresAt) return refuse("expired");
  if (account?.disabled === true) return refuse("disabled");
  if (lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= USE_NOTED_MS)
    await store.usedApiToken(id, now);
  const scopes = scopesNow(token);
  return { user: account && userOf(account), role: roleOf(scopes), scopes, by: { apiToken: id } };
};

/** Whose request it is that came with this bearer token. */
export const authenticate = (sessions: Sessions, bearer: string): Promise<Principal | NotAuthenticated> =>
  bearer.startsWith(API_TOKEN) ? byApiToken(sessions, bearer) : bySession(sessions, bearer);
