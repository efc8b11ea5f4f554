// A session goes on by showing its refresh token, each once; a second time ends it.
import { type Rotation, type ShownToken } from "../ports/accounts.js";
import { type Sessions } from "./login.js";
import { digestOf } from "./rules.js";
import { accessOf, newRefreshToken, type Tokens } from "./tokens.js";

/**
 * Two windows of one browser may show the same token at the same moment. So long after its use a token is refused as
 * "superseded" and its session lives on; the one who comes second gets nothing. Whoever shows it later may be a thief,
 * or the victim of one who came first: the session ends.
 */
const GRACE_MS = 10_000;

export type RefreshRefused =
  | { readonly refused: "unknown" | "expired" | "revoked" | "disabled" | "superseded" }
  /** The session has ended by this. */
  | { readonly refused: "reused" };

const decide = (
  shown: ShownToken | undefined,
  now: Date,
): Exclude<Rotation, { is: "rotated" }> | ShownToken => {
  if (shown === undefined) return { is: "refused", why: "unknown" };
  const { session, usedAt, expiresAt } = shown;
  if (session.revoked) return { is: "refused", why: "revoked" };
  if (usedAt !== undefined)
    return now.getTime() - usedAt.getTime() <= GRACE_MS
      ? { is: "refused", why: "superseded" }
      : { is: "reused" };
  if (now >= expiresAt || now >= session.expiresAt) return { is: "refused", why: "expired" };
  return session.account.disabled ? { is: "refused", why: "disabled" } : shown;
};

/** Takes a refresh token for a new pair. Of those who show one at the same time one gets it. */
export const refresh = async (
  { store, clock, signer }: Sessions,
  refreshToken: string,
): Promise<Tokens | RefreshRefused> => {
  const now = clock.now();
  const { secret, token } = newRefreshToken(now);
  const rotate = (shown: ShownToken | undefined): Rotation => {
    const decided = decide(shown, now);
    if ("is" in decided) return decided;
    const { id: session, account } = decided.session;
    return { is: "rotated", account, session, next: token };
  };
  const rotation = await store.rotate(digestOf(refreshToken), rotate, now);
  switch (rotation.is) {
    case "rotated": {
      const claims = { account: rotation.account.id, session: rotation.session };
      return { ...(await accessOf(signer, claims, now)), refreshToken: secret };
    }
    case "reused":
      return { refused: "reused" };
    case "refused":
      return { refused: rotation.why };
  }
};

/** Ends a session by any of its refresh tokens; one that is unknown, or has ended, is nothing to be told of. */
export const logout = async ({ store, clock }: Sessions, refreshToken: string): Promise<void> =>
  store.endSessionOf(digestOf(refreshToken), "logout", clock.now());
