// The tokens of a session: a short-lived one to use, and one that is shown once for the next pair.
import { type AccessClaims, type RefreshToken, type TokenSigner } from "../ports/accounts.js";
import { digestOf, newSecret, REFRESH_TOKEN } from "./rules.js";

const ACCESS_MS = 10 * 60_000;
/** Who has not come back for so long logs in again. */
const REFRESH_MS = 7 * 24 * 60 * 60_000;
/** However often it was renewed, a session ends so long after its login. */
export const SESSION_MS = 30 * 24 * 60 * 60_000;

export interface Tokens {
  readonly accessToken: string;
  readonly accessExpiresAt: Date;
  readonly refreshToken: string;
}

/** A refresh token, and what is kept of it. */
export const newRefreshToken = (now: Date): { readonly secret: string; readonly token: RefreshToken } => {
  const secret = newSecret(REFRESH_TOKEN);
  const expiresAt = new Date(now.getTime() + REFRESH_MS);
  return { secret, token: { hash: digestOf(secret), issuedAt: now, expiresAt } };
};

/** An access token for a session. */
export const accessOf = async (
  signer: TokenSigner,
  claims: AccessClaims,
  now: Date,
): Promise<Omit<Tokens, "refreshToken">> => ({
  accessToken: await signer.sign(claims, now, ACCESS_MS),
  accessExpiresAt: new Date(now.getTime() + ACCESS_MS),
});
