import { MOST_DAYS, type TokenRefused } from "../application/accounts/api-tokens.js";
import {
  EXPECTED_WORDS,
  LEAST_UNEXPECTED,
  LONGEST_PASSWORD,
  SHORTEST_PASSWORD,
} from "../application/accounts/rules.js";
import { type NotAdded } from "../application/accounts/users.js";
import { CommandEnd, EXIT } from "./exit.js";

export type AccountRefusal = NotAdded["refused"] | TokenRefused["refused"] | "no-such-token";

const ADVICE: Readonly<Record<AccountRefusal, string>> = {
  "bad-name":
    "a name has up to 64 letters, digits, dots, dashes and underscores, and begins with a letter or a digit",
  "name-taken": "there is a user of this name; upper and lower case make no difference",
  "no-such-user": 'there is no user of this name: see "taps user list"',
  "password-too-short": `a password has at least ${SHORTEST_PASSWORD} characters: several words are fine`,
  "password-too-long": `a password has at most ${LONGEST_PASSWORD} characters`,
  "password-too-expected": `a password has at least ${LEAST_UNEXPECTED} characters beside the user's name and ${EXPECTED_WORDS.join(", ")}`,
  "bad-token-name": "a token's name has up to 100 letters, digits, blanks and ._/-",
  "no-scopes": "a token without a scope is good for nothing",
  "bad-days": `a token lives for 1 to ${MOST_DAYS} days`,
  "beyond-role": "a user's token may do no more than the user's role",
  "user-disabled": 'this user is disabled: see "taps user enable"',
  "no-such-token": 'there is no token of this id: see "taps token list"',
};

/** Ends the command with what is wrong and what to do. */
export const refuseAccount = ({ refused }: { readonly refused: AccountRefusal }): never => {
  throw new CommandEnd(EXIT.refused, ADVICE[refused]);
};
