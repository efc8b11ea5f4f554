import { z } from "zod";
import { type Principal } from "../../application/accounts/authenticate.js";
import { changePassword, login, type LoginRefused } from "../../application/accounts/login.js";
import { logout, refresh } from "../../application/accounts/refresh.js";
import { ROLES, SCOPES } from "../../application/ports/accounts.js";
import { nothing } from "../parts.js";
import { Problem } from "../problem.js";
import { deed, type Route, route } from "../route.js";

const tokens = z.object({
  accessToken: z.string().describe("To be shown with each request: Authorization: Bearer <token>"),
  accessExpiresAt: z.date(),
  refreshToken: z.string().describe("Good once, for the next pair"),
});
const text = z.string().min(1).max(1_000);
const refreshBody = z.strictObject({ refreshToken: text });

const wrong = (refused: LoginRefused): Problem => {
  if (refused.refused === "wrong-credentials")
    return new Problem("wrong-credentials", "name and password are not those of somebody who may log in");
  const seconds = Math.ceil(refused.retryAfterMs / 1_000);
  return new Problem("too-many", `too many attempts have failed: wait ${seconds} s`, {
    headers: { "retry-after": String(seconds) },
  });
};

/** Who is logged in, with a session of their own; an API token is nobody's session. */
const inSession = (caller: Principal | undefined): { readonly account: string; readonly session: string } => {
  if (caller?.user && "session" in caller.by) return { account: caller.user.id, session: caller.by.session };
  throw new Problem("forbidden", "this is for who has logged in with a password");
};

export const authRoutes: readonly Route[] = [
  deed({
    id: "login",
    path: "/auth/login",
    tag: "auth",
    summary: "Opens a session",
    access: "public",
    body: z.strictObject({ username: text, password: text }),
    result: tokens,
    problems: ["wrong-credentials", "too-many"],
    answer: async ({ sessions }, { body: { username, password }, address }) => {
      const opened = await login(sessions, { name: username, password, address });
      if ("refused" in opened) throw wrong(opened);
      return { value: opened, who: `api:${username}` };
    },
  }),
  deed({
    id: "refresh",
    path: "/auth/refresh",
    tag: "auth",
    summary: "Takes a refresh token for a new pair; shown a second time it ends its session",
    access: "public",
    body: refreshBody,
    result: tokens,
    problems: ["session-over"],
    answer: async ({ sessions }, { body }) => {
      const renewed = await refresh(sessions, body.refreshToken);
      if ("refused" in renewed) throw new Problem("session-over", `this refresh token is ${renewed.refused}`);
      return { value: renewed };
    },
  }),
  deed({
    id: "logout",
    path: "/auth/logout",
    tag: "auth",
    summary: "Ends the session of a refresh token",
    access: "public",
    body: refreshBody,
    result: z.undefined(),
    answer: async ({ sessions }, { body }) => {
      await logout(sessions, body.refreshToken);
      return { value: undefined };
    },
  }),
  deed({
    id: "changePassword",
    path: "/auth/password",
    tag: "auth",
    summary: "Gives oneself another password, and ends all one's other sessions",
    access: "viewer",
    body: z.strictObject({ current: text, next: text }),
    result: z.undefined(),
    problems: ["wrong-credentials", "too-many"],
    answer: async ({ sessions }, { body, caller, address }) => {
      const changed = await changePassword(sessions, { ...inSession(caller), ...body, address });
      if ("changed" in changed) return { value: undefined };
      if (changed.refused === "wrong-credentials" || changed.refused === "throttled") throw wrong(changed);
      throw new Problem("invalid", "this is no password", {
        faults: [{ pointer: "/body/next", detail: changed.refused }],
      });
    },
  }),
  route({
    id: "whoAmI",
    path: "/auth/me",
    tag: "auth",
    summary: "Whose token this is, and what it may be used for",
    access: "viewer",
    params: nothing,
    query: nothing,
    result: z.object({
      name: z.string().nullable().describe("Null: a token of nobody's"),
      role: z.enum(ROLES),
      scopes: z.array(z.enum(SCOPES)).readonly(),
    }),
    answer: async (_sources, { caller }) => {
      if (caller === undefined) throw new Problem("unauthenticated", "show a token");
      return { value: { name: caller.user?.name ?? null, role: caller.role, scopes: caller.scopes } };
    },
  }),
];
