// What goes wrong while a request is answered, as the problem that its caller is told of.
import { type NextFunction, type Request, type Response } from "express";
import { ActRefused } from "../application/commands/acts.js";
import { BadPolicy } from "../application/commands/policy.js";
import { ChainUnavailable, SignerUnavailable } from "../application/ports/chain.js";
import { StoreUnavailable } from "../application/ports/event-store.js";
import { SourceUnavailable } from "../application/ports/reward-source.js";
import { NotProjected } from "../application/read-side/answer.js";
import { NotProvable } from "../application/audit/prove.js";
import { Busy } from "../application/read-side/inspection.js";
import { NotYet } from "../application/read-side/past.js";
import { BadCursor, TooWide } from "../application/read-side/page.js";
import { jsonOf } from "./json.js";
import { policyProblem } from "./policy-problem.js";
import { bodyOf, Problem, PROBLEMS, type ProblemType } from "./problem.js";

/** Where problems are explained. */
export const PAGES = "/api/problems";
export const RETRY_AFTER_S = "2";

export const idOf = (response: Response): string => String(response.getHeader("request-id") ?? "");

/** Errors of what routes are answered from, as problems. */
const problemOf = (error: unknown): Problem | undefined => {
  if (error instanceof Problem) return error;
  if (error instanceof BadCursor) return new Problem("bad-cursor", error.message);
  if (error instanceof TooWide) return new Problem("too-wide", error.message);
  if (error instanceof NotYet)
    return new Problem("invalid", error.message, {
      faults: [{ pointer: "/query/asOf", detail: error.message }],
    });
  if (error instanceof NotProvable) return new Problem("not-provable", error.message);
  const later = { headers: { "retry-after": RETRY_AFTER_S } };
  if (error instanceof Busy) return new Problem("busy", error.message, later);
  if (error instanceof NotProjected) return new Problem("not-projected", error.message, later);
  if (UNAVAILABLE.some((kind) => error instanceof kind))
    return new Problem("unavailable", messageOf(error), later);
  if (error instanceof ActRefused) return refusedAs(error);
  if (error instanceof BadPolicy) return policyProblem(error, "/body");
  if (!isUnreadable(error)) return undefined;
  const type = BY_STATUS[error.status] ?? "bad-request";
  return new Problem(type, "the request cannot be read");
};

const UNAVAILABLE = [StoreUnavailable, ChainUnavailable, SourceUnavailable, SignerUnavailable];

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const refusedAs = ({ message, refusal: { refused } }: ActRefused): Problem =>
  refused === "changed-since"
    ? new Problem("changed-since", message)
    : new Problem("refused", message, { code: refused });

const BY_STATUS: Readonly<Record<number, ProblemType>> = {
  413: "too-large",
  415: "unsupported-media-type",
};

/** What Express says of a path or body that it cannot decode. */
const isUnreadable = (error: unknown): error is Error & { readonly status: number } =>
  error instanceof Error && "status" in error && typeof error.status === "number" && error.status < 500;

export const refuse = (response: Response, problem: Problem): void => {
  response.status(PROBLEMS[problem.type].status);
  for (const [name, value] of Object.entries(problem.more.headers ?? {})) response.setHeader(name, value);
  response.setHeader("cache-control", "no-store");
  response.type("application/problem+json").send(jsonOf(bodyOf(problem, PAGES, idOf(response))));
};

/** The last handler: `report` is told of what should not happen. */
export const failing =
  (report: (error: unknown, request: string) => void) =>
  (error: unknown, _request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      report(error, idOf(response));
      return next(error);
    }
    const problem = problemOf(error);
    if (problem === undefined) report(error, idOf(response));
    refuse(response, problem ?? new Problem("defect", `request ${idOf(response)} is told of in the log`));
  };
