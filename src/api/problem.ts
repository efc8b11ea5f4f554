// What is wrong with a request, as RFC 9457 says it: a closed list, each with a page of its own.
import { z } from "zod";

/** Status and title of each type, and what to do about it. */
export const PROBLEMS = {
  "bad-request": {
    status: 400,
    title: "The request cannot be read",
    advice: "Look at the path and the headers: they cannot be decoded.",
  },
  invalid: {
    status: 400,
    title: "Something in the request is not what it must be",
    advice:
      "The faults name each part by a JSON pointer into params, query and body, and say what it must be.",
  },
  "bad-cursor": {
    status: 400,
    title: "The cursor is not of this list",
    advice:
      "Take `next` of a page of the same list, with the same filters, order and sort, or begin without a cursor.",
  },
  "too-wide": {
    status: 400,
    title: "No index gives this list in this order",
    advice: "Name one cycle, delegator or operation, or sort as the list is sorted without being told.",
  },
  "ahead-of-log": {
    status: 400,
    title: "The log does not reach to that event",
    advice: "The log was put back, or it is another one: read anew what you know of it.",
  },
  unauthenticated: {
    status: 401,
    title: "Who asks is not known",
    advice: "Show a token that is valid: Authorization: Bearer <token>.",
  },
  forbidden: {
    status: 403,
    title: "Whoever asks may not do this",
    advice: "Ask somebody with the role that is named.",
  },
  "not-found": {
    status: 404,
    title: "There is no such thing",
    advice: "Look at the name; what is new may not be projected yet.",
  },
  "method-not-allowed": {
    status: 405,
    title: "This cannot be done with it",
    advice: "The header allow names what can be done.",
  },
  refused: {
    status: 409,
    title: "This cannot be done as things stand",
    advice: "The detail says why, and what to do; `code` names the reason.",
  },
  "condition-missing": {
    status: 428,
    title: "It is not said which revision is to be changed",
    advice: "Get the resource, and send its ETag as if-match.",
  },
  "changed-since": {
    status: 412,
    title: "It has changed since it was looked at",
    advice: "Get the resource again, see what has changed, and send its new ETag as if-match.",
  },
  "idempotency-key-missing": {
    status: 400,
    title: "The command has no key",
    advice: "Make a key for each command, such as a UUID, and send the same one when asking again.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "The key stands for another command",
    advice: "Take a new key for each command; only the very same request may be sent again under its key.",
  },
  "idempotency-key-in-use": {
    status: 409,
    title: "The command is being carried out",
    advice: "Ask again after retry-after seconds: the answer is kept under its key.",
  },
  "wrong-credentials": {
    status: 401,
    title: "Name and password are not those of somebody who may log in",
    advice: "Try again, or have an administrator set the password: taps user set-password.",
  },
  "session-over": {
    status: 401,
    title: "The session goes on no more",
    advice: "Log in again. A refresh token is good once: one that was shown twice ends its session.",
  },
  "not-provable": {
    status: 409,
    title: "It cannot be proven yet",
    advice:
      "The detail says what is missing. What is behind the newest checkpoint is proven when the cycle has settled.",
  },
  "not-computable": {
    status: 409,
    title: "The log does not hold what it would be computed from",
    advice: "Name cycles whose rewards TAPS has read and allocated: GET /cycles lists them.",
  },
  "too-large": {
    status: 413,
    title: "The request is too large",
    advice: "Send less at once.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "The body must be JSON",
    advice: "Send it as application/json.",
  },
  "too-slow": {
    status: 408,
    title: "The request did not arrive in time",
    advice: "Send it in one go, over a connection that is fast enough.",
  },
  "headers-too-large": {
    status: 431,
    title: "The request's headers are too many, or too large",
    advice: "Send no more than 100 headers, of 16 kB in all with the address.",
  },
  "too-many": {
    status: 429,
    title: "Too many requests, or attempts",
    advice: "Ask again after retry-after seconds.",
  },
  busy: {
    status: 503,
    title: "Only one of these is worked on at a time",
    advice: "Ask again after retry-after seconds.",
  },
  defect: {
    status: 500,
    title: "TAPS has failed; the log of the process tells of it",
    advice: "Tell whoever runs TAPS the id of the request: `instance`.",
  },
  "too-many-listeners": {
    status: 503,
    title: "As many listen as this process can serve",
    advice: "Listen again after retry-after seconds, or to another process with the role api.",
  },
  "not-projected": {
    status: 503,
    title: "The read model is not there yet",
    advice: "Start a process with the role projector, and ask again after retry-after seconds.",
  },
  "not-fresh": {
    status: 503,
    title: "The read model does not show that position yet",
    advice: "Ask again after retry-after seconds, or without minPosition.",
  },
  unavailable: {
    status: 503,
    title: "What TAPS stands on does not answer",
    advice: "Ask again after retry-after seconds; if it stays so, look at the database.",
  },
} as const satisfies Readonly<
  Record<string, { readonly status: number; readonly title: string; readonly advice: string }>
>;

export type ProblemType = keyof typeof PROBLEMS;

/** Where a part of the request is wrong, as a JSON pointer into {params, query, body}. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** Ends a request with a problem. */
export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    readonly type: ProblemType,
    readonly detail: string,
    readonly more: {
      readonly faults?: readonly Fault[];
      readonly headers?: Readonly<Record<string, string>>;
      /** Names the reason for programs. */
      readonly code?: string;
    } = {},
  ) {
    super(detail);
  }
}

export const problemBody = z
  .strictObject({
    type: z.string().describe("Where this type is explained"),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe("The request's id"),
    faults: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).optional(),
    code: z.string().optional().describe("Of `refused`: the reason, for programs"),
  })
  .meta({ description: "RFC 9457" });

/** `base`: where problems are explained; `request`: its id. */
export const bodyOf = (
  { type, detail, more }: Problem,
  base: string,
  request: string,
): z.infer<typeof problemBody> => ({
  type: `${base}/${type}`,
  title: PROBLEMS[type].title,
  status: PROBLEMS[type].status,
  detail,
  instance: request,
  ...(more.faults === undefined ? {} : { faults: [...more.faults] }),
  ...(more.code === undefined ? {} : { code: more.code }),
});
