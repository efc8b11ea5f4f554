// Who asks, and whether they may.
import { type Request } from "express";
import { authenticate, type Principal } from "../application/accounts/authenticate.js";
import { type Sessions } from "../application/accounts/login.js";
import { ROLES } from "../application/ports/accounts.js";
import { Problem } from "./problem.js";
import { type Route } from "./route.js";

const bearerOf = (request: Request): string | undefined =>
  /^Bearer +([!-~]+)$/i.exec(request.headers.authorization ?? "")?.[1];

/** Whose token was shown; otherwise why nobody is known by it. */
export const identify = async (sessions: Sessions, request: Request): Promise<Principal | Problem> => {
  const bearer = bearerOf(request);
  const caller = bearer === undefined ? undefined : await authenticate(sessions, bearer);
  if (caller !== undefined && !("refused" in caller)) return caller;
  const detail =
    caller === undefined
      ? "show a token: Authorization: Bearer <token>"
      : `this token is good no more: ${caller.refused}`;
  return new Problem("unauthenticated", detail, { headers: { "www-authenticate": "Bearer" } });
};

/** Whether a role may use what is for another one, and all above it. */
export const includes = (role: Principal["role"], needed: Principal["role"]): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(needed);

/** Throws `Problem` unless the caller may use a route. */
export const requireRole = ({ access }: Route, { role }: Principal): void => {
  if (access !== "public" && !includes(role, access))
    throw new Problem("forbidden", `this is for the role ${access}, and this token has the role ${role}`);
};
