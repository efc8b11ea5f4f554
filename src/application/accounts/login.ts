// Who shows a password: to log in, or to give themselves another one.
import { randomUUID } from "node:crypto";
import { type AccountWithPassword, type Attempt, type TokenSigner } from "../ports/accounts.js";
import { type BadPassword, passwordProblem } from "./rules.js";
import { accessOf, newRefreshToken, SESSION_MS, type Tokens } from "./tokens.js";
import { attemptKeys, forgotten, tryOnce } from "./throttle.js";
import { type Accounts, findUser } from "./users.js";

/** What sessions are opened and renewed with. */
export interface Sessions extends Accounts {
  readonly signer: TokenSigner;
}

export type LoginRefused =
  /** An unknown name, a wrong password and a disabled account are not told apart. */
  | { readonly refused: "wrong-credentials" }
  | { readonly refused: "throttled"; readonly retryAfterMs: number };

const WRONG: LoginRefused = { refused: "wrong-credentials" };

const throttled = (attempt: Attempt): LoginRefused | undefined =>
  attempt.allowed ? undefined : { refused: "throttled", retryAfterMs: attempt.retryAfterMs };

/** Whether the password is that of an account that may be used. Of one that is not there it takes as long. */
const isRight = async (
  { hasher }: Accounts,
  account: AccountWithPassword | undefined,
  password: string,
): Promise<boolean> => {
  // Made by the first login of a process, whoever it is of.
  const decoy = await hasher.decoy();
  const matches = await hasher.verify(account?.passwordHash ?? decoy, password);
  return matches && account !== undefined && !account.disabled;
};

const keepUpToDate = async (
  { store, hasher }: Accounts,
  { id, passwordHash, passwordVersion }: AccountWithPassword,
  password: string,
): Promise<void> => {
  if (!hasher.isOutdated(passwordHash)) return;
  await store.replaceHash(id, passwordVersion, await hasher.hash(password));
};

export interface Credentials {
  readonly name: string;
  readonly password: string;
  /** The IP address of who logs in. Behind a proxy it is for the caller to know which one that is. */
  readonly address: string;
}

/** Opens a session. The password is looked at only if the account and the address are not to wait. */
export const login = async (sessions: Sessions, credentials: Credentials): Promise<Tokens | LoginRefused> => {
  const { store, clock } = sessions;
  const { name, password, address } = credentials;
  const keys = attemptKeys(name, address);
  const toWait = throttled(await tryOnce(store, clock, keys));
  if (toWait) return toWait;
  const account = await findUser(store, name);
  if (!(await isRight(sessions, account, password)) || account === undefined) return WRONG;
  await keepUpToDate(sessions, account, password);
  const now = clock.now();
  const { secret, token } = newRefreshToken(now);
  const session = randomUUID();
  const isOpen = await store.openSession({
    id: session,
    accountId: account.id,
    passwordVersion: account.passwordVersion,
    keys,
    createdAt: now,
    expiresAt: new Date(now.getTime() + SESSION_MS),
    token,
  });
  if (!isOpen) return WRONG;
  await store.forgive(keys);
  await store.forget({ ...forgotten(now), sessions: now });
  return {
    ...(await accessOf(sessions.signer, { account: account.id, session }, now)),
    refreshToken: secret,
  };
};

export interface PasswordChange {
  /** Of who is authenticated: the account, and the session that goes on. */
  readonly account: string;
  readonly session: string;
  readonly current: string;
  readonly next: string;
  readonly address: string;
}

/** Gives oneself another password and ends all one's other sessions. Guessing is as slow as at the login. */
export const changePassword = async (
  accounts: Accounts,
  { account: id, session, current, next, address }: PasswordChange,
): Promise<{ readonly changed: true } | LoginRefused | { readonly refused: BadPassword }> => {
  const { store, hasher, clock } = accounts;
  const account = await store.byId(id);
  if (account === undefined) return WRONG;
  const problem = passwordProblem(next, account.name);
  if (problem !== undefined) return { refused: problem };
  const keys = attemptKeys(account.name, address);
  const toWait = throttled(await tryOnce(store, clock, keys));
  if (toWait) return toWait;
  if (!(await isRight(accounts, account, current))) return WRONG;
  const isSet = await store.setPassword(id, {
    hash: await hasher.hash(next),
    at: clock.now(),
    keepSession: session,
    insteadOf: account.passwordVersion,
  });
  if (!isSet) return WRONG;
  await store.forgive(keys);
  return { changed: true };
};
