// Names, passwords, roles and scopes: what is taken, and what goes with what.
import { createHash, randomBytes } from "node:crypto";
import { type Role, ROLES, type Scope, SCOPES } from "../ports/accounts.js";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Letters, digits, dots, dashes and underscores of ASCII, so that no two names look the same. */
export const isUserName = (text: string): boolean => NAME.test(text);

/** In characters; OWASP asks for 8 with a second factor, NIST SP 800-63B-4 for 15 without, and at least 64 to be taken. */
export const SHORTEST_PASSWORD = 15;
export const LONGEST_PASSWORD = 256;

/** What is guessed first of a password for this very thing; the user's name is one more. */
export const EXPECTED_WORDS = ["taps", "tezos", "baker", "delegator", "payout", "password"] as const;
/** So many characters are to be left where those words are taken out. */
export const LEAST_UNEXPECTED = 8;

export type BadPassword = "password-too-short" | "password-too-long" | "password-too-expected";

/** What is wrong with a new password of the user of this name. */
export const passwordProblem = (password: string, name: string): BadPassword | undefined => {
  const { length } = [...password];
  if (length < SHORTEST_PASSWORD) return "password-too-short";
  if (length > LONGEST_PASSWORD) return "password-too-long";
  const left = [name.toLowerCase(), ...EXPECTED_WORDS].reduce(
    (text, word) => text.replaceAll(word, ""),
    password.toLowerCase(),
  );
  return [...left].length < LEAST_UNEXPECTED ? "password-too-expected" : undefined;
};

/** A role's scopes: a viewer reads, an operator operates as well, an admin may do all. */
export const scopesOf = (role: Role): readonly Scope[] => SCOPES.slice(0, ROLES.indexOf(role) + 1);

/** A scope with those that it includes. */
export const withIncluded = (scopes: readonly Scope[]): readonly Scope[] =>
  SCOPES.slice(0, Math.max(...scopes.map((scope) => SCOPES.indexOf(scope) + 1), 0));

/** The role whose scopes these are; they include what is below them. */
export const roleOf = (scopes: readonly Scope[]): Role => ROLES[scopes.length - 1] ?? "viewer";

/** What secrets of ours begin with, so that people and scanners know one when they see it. */
export const API_TOKEN = "taps_api_";
export const REFRESH_TOKEN = "taps_refresh_";
const SECRET_BYTES = 32;

/** A secret of 256 random bits. */
export const newSecret = (prefix: typeof API_TOKEN | typeof REFRESH_TOKEN): string =>
  prefix + randomBytes(SECRET_BYTES).toString("base64url");

/** What is kept of it: of 256 random bits a plain digest tells nothing. */
export const digestOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");
