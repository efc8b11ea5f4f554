// How much may be asked: by each principal, and from each address by those who are nobody yet.
import { type Request, type RequestHandler, type Response } from "express";
import { rateLimit } from "express-rate-limit";
import { type Principal } from "../application/accounts/authenticate.js";
import { addressKey } from "../application/accounts/throttle.js";
import { Problem } from "./problem.js";

/** Requests a minute. */
export interface Rates {
  readonly perPrincipal: number;
  readonly perAddress: number;
}

const WINDOW_MS = 60_000;

/** A user's sessions count as one; a token of a program counts for itself. */
const nameOf = ({ user, by }: Principal): string => {
  if ("apiToken" in by) return `token ${by.apiToken}`;
  return `user ${user?.id ?? by.session}`;
};

/** Sets the fields RateLimit and RateLimit-Policy (draft 8); refuses what is above the limit. */
const limiter = (identifier: string, limit: number, keyOf: (request: Request) => string): RequestHandler =>
  rateLimit({
    ...{ windowMs: WINDOW_MS, limit, identifier, standardHeaders: "draft-8", legacyHeaders: false },
    keyGenerator: keyOf,
    handler: (_request, _response, next) =>
      next(new Problem("too-many", `no more than ${limit} requests a minute: see retry-after`)),
    // Its checks print what anybody can cause by a header; what they look for, the tests of this file's routes do.
    validate: false,
  });

const passed = (handler: RequestHandler, request: Request, response: Response): Promise<void> =>
  new Promise((resolve, reject) => {
    void handler(request, response, (error?: unknown) => {
      if (error instanceof Error) reject(error);
      else resolve();
    });
  });

export class RateLimits {
  private readonly principals = new WeakMap<Request, Principal>();
  private readonly ofPrincipals: RequestHandler;
  /** Of an IPv6 address its /64. */
  readonly byAddress: RequestHandler;

  constructor({ perPrincipal, perAddress }: Rates) {
    this.byAddress = limiter("address", perAddress, ({ ip }) => addressKey(ip ?? ""));
    this.ofPrincipals = limiter("principal", perPrincipal, (request) => {
      const principal = this.principals.get(request);
      if (principal === undefined) throw new Error("a request of nobody's is counted by its address");
      return nameOf(principal);
    });
  }

  /** Counts a request of nobody's. Throws `Problem`. */
  async countAddress(request: Request, response: Response): Promise<void> {
    await passed(this.byAddress, request, response);
  }

  /** Counts a request of somebody's. Throws `Problem`. */
  async countPrincipal(principal: Principal, request: Request, response: Response): Promise<void> {
    this.principals.set(request, principal);
    await passed(this.ofPrincipals, request, response);
  }
}
