// What an owner looks for in the log who asks whether somebody got in, or tried to.
import { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import { idOf } from "./refusal.js";

export interface Noticed {
  readonly request: string;
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly status: number;
  readonly address: string;
  /** As events name actors. Null: nobody who is known; what was only typed is not repeated, for it may be a password. */
  readonly who: string | null;
}

/** Not known, not allowed, too often. */
const TURNED_AWAY: ReadonlySet<number> = new Set([401, 403, 429]);

const known = new WeakMap<Request, string>();

/** Says whose request it has turned out to be. */
export const noteWho = (request: Request, who: string): void => {
  known.set(request, who);
};

/** Tells of each request that changes a session, and of each that was turned away, once it is answered. */
export const noticing =
  (ofSessions: ReadonlySet<string>, notice: (noticed: Noticed) => void): RequestHandler =>
  (request: Request, response: Response, next: NextFunction): void => {
    response.on("finish", () => {
      const { method, path, ip: address = "" } = request;
      const { statusCode: status } = response;
      if (!TURNED_AWAY.has(status) && !(method === "POST" && ofSessions.has(path))) return;
      notice({ request: idOf(response), method, path, status, address, who: known.get(request) ?? null });
    });
    next();
  };
