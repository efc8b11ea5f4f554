// What the API's accounts need of the outside: a store, a hasher of passwords, a signer of access tokens.

/** From the least to the most. */
export const ROLES = ["viewer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** What a token may be used for, from the least to the most; each includes those before it. */
export const SCOPES = ["read", "operate", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Account {
  /** A UUID. */
  readonly id: string;
  /** As it was given; no other differs from it by upper and lower case alone. */
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly createdAt: Date;
  readonly changedAt: Date;
}

export interface AccountWithPassword extends Account {
  /** In PHC form, parameters included. */
  readonly passwordHash: string;
  /** Grows with each new password. */
  readonly passwordVersion: number;
}

export interface NewPassword {
  readonly hash: string;
  readonly at: Date;
  /** The session that lives on; all others end. */
  readonly keepSession: string | undefined;
  /** The version that it takes the place of; undefined: whichever it is. */
  readonly insteadOf: number | undefined;
}

/** Logins of one account or address that failed. */
export interface Failures {
  readonly count: number;
  readonly last: Date;
}

/** Whose login is tried, and where from. */
export interface AttemptKeys {
  /** Digest of the name that was typed, in lower case, whether there is such an account or not. */
  readonly account: string;
  readonly address: string;
}

export interface FailuresSeen {
  readonly account: Failures | undefined;
  readonly address: Failures | undefined;
  /** When the account was last logged in to from there. */
  readonly lastLoginFromThere: Date | undefined;
}

/** Allowed ones are counted as failed, until they are forgiven. */
export type Attempt =
  | { readonly allowed: true; readonly account: Failures; readonly address: Failures }
  | { readonly allowed: false; readonly retryAfterMs: number };

export type RevokedFor = "logout" | "reuse" | "password" | "disabled";

export interface RefreshToken {
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface NewSession {
  readonly id: string;
  readonly accountId: string;
  /** That of the password that was shown. */
  readonly passwordVersion: number;
  /** Of the login: who it is is known there from now on. */
  readonly keys: AttemptKeys;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly token: RefreshToken;
}

export interface Session {
  readonly id: string;
  readonly expiresAt: Date;
  readonly revoked: boolean;
  readonly account: Account;
}

/** A refresh token that is shown, with the session that it belongs to. */
export interface ShownToken {
  readonly session: Session;
  readonly expiresAt: Date;
  readonly usedAt: Date | undefined;
}

/** What becomes of a session whose refresh token is shown. */
export type Rotation =
  | {
      readonly is: "rotated";
      readonly account: Account;
      readonly session: string;
      readonly next: RefreshToken;
    }
  | { readonly is: "reused" }
  | { readonly is: "refused"; readonly why: "unknown" | "expired" | "revoked" | "disabled" | "superseded" };

export interface ApiToken {
  /** A UUID. */
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Whose it is; null: nobody's. */
  readonly account: Account | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
}

export interface NewApiToken extends Pick<ApiToken, "id" | "name" | "scopes" | "createdAt" | "expiresAt"> {
  readonly hash: string;
  readonly accountId: string | null;
}

/** Each call is a transaction of its own. All times come from the caller. */
export interface AccountStore {
  /** False if the name is taken. */
  add(account: AccountWithPassword): Promise<boolean>;
  /** By name. */
  list(): Promise<readonly Account[]>;
  /** Whatever the case of its letters. */
  byName(name: string): Promise<AccountWithPassword | undefined>;
  byId(id: string): Promise<AccountWithPassword | undefined>;
  /** Ends the account's sessions. False if another password has come before. */
  setPassword(id: string, password: NewPassword): Promise<boolean>;
  /** The same password under another hash, unless there is a new one. */
  replaceHash(id: string, passwordVersion: number, hash: string): Promise<void>;
  setRole(id: string, role: Role, at: Date): Promise<void>;
  /** Disabling ends the account's sessions. */
  setDisabled(id: string, disabled: boolean, at: Date): Promise<void>;

  /** Weighs attempts one at a time for an account or an address, and counts the one that is allowed. */
  attempt(keys: AttemptKeys, weigh: (seen: FailuresSeen) => Attempt): Promise<Attempt>;
  /** The attempt was no failure: what is counted of its account is forgotten, of its address one. */
  forgive(keys: AttemptKeys): Promise<void>;

  /** False if the account has another password by now, or is disabled. */
  openSession(session: NewSession): Promise<boolean>;
  session(id: string): Promise<Session | undefined>;
  /** Decides on one session at a time, and does what was decided. */
  rotate(hash: string, decide: (shown: ShownToken | undefined) => Rotation, at: Date): Promise<Rotation>;
  /** Ends the session that a refresh token belongs to. */
  endSessionOf(hash: string, why: RevokedFor, at: Date): Promise<void>;
  /** Removes what was counted, has expired or was known before these times. */
  forget(before: {
    readonly failures: Date;
    readonly sessions: Date;
    readonly addresses: Date;
  }): Promise<void>;

  addApiToken(token: NewApiToken): Promise<void>;
  /** Newest first. */
  apiTokens(): Promise<readonly ApiToken[]>;
  apiTokenOf(hash: string): Promise<ApiToken | undefined>;
  /** False if there is none of this id. One that is revoked stays as it is. */
  revokeApiToken(id: string, at: Date): Promise<boolean>;
  usedApiToken(id: string, at: Date): Promise<void>;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
  /** Hash of a password that nobody has, verified in place of one that is not there. */
  decoy(): Promise<string>;
  /** Whether it was made with lesser parameters than one would be now. */
  isOutdated(hash: string): boolean;
}

export interface AccessClaims {
  readonly account: string;
  readonly session: string;
}

export interface TokenSigner {
  /** Valid for `lifetimeMs` from `at`. */
  sign(claims: AccessClaims, at: Date, lifetimeMs: number): Promise<string>;
  verify(token: string, at: Date): Promise<AccessClaims | { readonly refused: "invalid" | "expired" }>;
}
