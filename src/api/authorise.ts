// Who asks, and whether they may.
import { type Request } from "express";
import { authenticate, type Principal } from "../application/accounts/authenticate.js";
import { type Sessions } from "../application/accounts/login.js";
import { ROLES } from "../application/ports/accounts.js";
import { Problem } from "./problem.js";
import { type Route } from "./route.js";

const bearerOf = (request: Request): string | undefined =>
  /^Bearer +([!-~]+)$/i.exec(request.headers.authorization ?? "")?.[1];

/** Who asks; undefined where everybody may. */
export const authorise = async (
  sessions: Sessions,
  { access }: Route,
  request: Request,
): Promise<Principal | undefined> => {
  if (access === "public") return undefined;
  const bearer = bearerOf(request);
  const caller = bearer === undefined ? undefined : await authenticate(sessions, bearer);
  if (caller === undefined || "refused" in caller)
    throw new Problem(
      "unauthenticated",
      caller === undefined
        ? "show a token: Authorization: Bearer <token>"
        : `this token is good no more: ${caller.refused}`,
      { headers: { "www-authenticate": "Bearer" } },
    );
  if (ROLES.indexOf(caller.role) < ROLES.indexOf(access))
    throw new Problem(
      "forbidden",
      `this is for the role ${access}, and this token has the role ${caller.role}`,
    );
  return caller;
};
