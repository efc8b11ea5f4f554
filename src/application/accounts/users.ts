// Who may use the API, as the owner of the installation says it.
import { randomUUID } from "node:crypto";
import {
  type Account,
  type AccountStore,
  type AccountWithPassword,
  type PasswordHasher,
  type Role,
} from "../ports/accounts.js";
import { type Clock } from "../ports/system.js";
import { type BadPassword, isUserName, passwordProblem } from "./rules.js";

/** What accounts are kept and changed with. */
export interface Accounts {
  readonly store: AccountStore;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
}

export interface NoSuchUser {
  readonly refused: "no-such-user";
}

export interface NotAdded {
  readonly refused: "bad-name" | "name-taken" | BadPassword;
}

/** What everybody may see of an account. */
export const shownAccount = ({ id, name, role, disabled, createdAt, changedAt }: Account): Account => ({
  id,
  name,
  role,
  disabled,
  createdAt,
  changedAt,
});

const refuse = <Code extends string>(refused: Code): { readonly refused: Code } => ({ refused });

/** An account by what a person called it; what cannot be a name is nobody's. */
export const findUser = async (
  store: AccountStore,
  name: string,
): Promise<AccountWithPassword | undefined> => (isUserName(name) ? store.byName(name) : undefined);

/** Adds a user. Names that differ by upper and lower case alone are the same. */
export const addUser = async (
  { store, hasher, clock }: Accounts,
  user: { readonly name: string; readonly role: Role; readonly password: string },
): Promise<Account | NotAdded> => {
  const { name, role, password } = user;
  if (!isUserName(name)) return refuse("bad-name");
  const problem = passwordProblem(password, name);
  if (problem !== undefined) return refuse(problem);
  const [passwordHash, at] = [await hasher.hash(password), clock.now()];
  const account = { id: randomUUID(), name, role, disabled: false, createdAt: at, changedAt: at };
  const isAdded = await store.add({ ...account, passwordHash, passwordVersion: 1 });
  return isAdded ? account : refuse("name-taken");
};

/** All users by name, without what their passwords are verified with. */
export const listUsers = ({ store }: Accounts): Promise<readonly Account[]> => store.list();

const changed = async (store: AccountStore, id: string): Promise<Account | NoSuchUser> => {
  const account = await store.byId(id);
  return account === undefined ? refuse("no-such-user") : shownAccount(account);
};

/** Gives a user a new password, and ends all sessions under the old one. */
export const setPassword = async (
  { store, hasher, clock }: Accounts,
  name: string,
  password: string,
): Promise<Account | NoSuchUser | { readonly refused: BadPassword }> => {
  const account = await findUser(store, name);
  if (account === undefined) return refuse("no-such-user");
  const problem = passwordProblem(password, account.name);
  if (problem !== undefined) return refuse(problem);
  const hash = await hasher.hash(password);
  await store.setPassword(account.id, {
    hash,
    at: clock.now(),
    keepSession: undefined,
    insteadOf: undefined,
  });
  return changed(store, account.id);
};

/** Gives a user another role, which holds from its next request on. */
export const setRole = async (
  { store, clock }: Accounts,
  name: string,
  role: Role,
): Promise<Account | NoSuchUser> => {
  const account = await findUser(store, name);
  if (account === undefined) return refuse("no-such-user");
  await store.setRole(account.id, role, clock.now());
  return changed(store, account.id);
};

/** Keeps a user out from its next request on, with all its tokens, or lets it log in again. */
export const setDisabled = async (
  { store, clock }: Accounts,
  name: string,
  disabled: boolean,
): Promise<Account | NoSuchUser> => {
  const account = await findUser(store, name);
  if (account === undefined) return refuse("no-such-user");
  await store.setDisabled(account.id, disabled, clock.now());
  return changed(store, account.id);
};
