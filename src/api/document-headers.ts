// Headers of answers and of requests, as the document describes them.
import { type Demanded, type Route } from "./route.js";

type Header = Readonly<{ description: string; schema: Readonly<Record<string, unknown>> }>;

const text = (description: string): Header => ({ description, schema: { type: "string" } });
const position = { type: "string", pattern: "^(0|[1-9][0-9]*)$" };

/** All that answers say in headers of their own; what each browser knows anyway is left out. */
export const HEADERS = {
  "Request-Id": text("The request's id: the one that was sent if it was sane, else a new one"),
  RateLimit: text("Of each limit, what is left of it and for how many seconds it counts (draft 8)"),
  "RateLimit-Policy": text("Of each limit, how many requests in how many seconds, and for whom (draft 8)"),
  "Retry-After": {
    description: "Seconds after which to ask again",
    schema: { type: "string", pattern: "^[0-9]+$" },
  },
  ETag: text(
    "Of one thing that its own streams of the log make, strong, with their revisions; of anything else weak, with the " +
      "read model's position: send it as If-None-Match",
  ),
  "TAPS-Position": { description: "The last event of the log that the answer shows", schema: position },
  "TAPS-Pinned": {
    description: "There if a person holds the read model at this position",
    schema: { type: "string", const: "true" },
  },
  "TAPS-Lag": {
    description:
      "There if the read model is more than 5 seconds behind: for how many seconds the log has held an event that the answer does not show",
    schema: { type: "string", pattern: "^[0-9]+$" },
  },
  "Cache-Control": text("no-store, or private, no-cache where an ETag tells whether the answer still holds"),
  "Idempotency-Replayed": {
    description: "There if it was done before: this was answered then",
    schema: { type: "string", const: "true" },
  },
  "WWW-Authenticate": text("How to say who asks"),
  Allow: text("What can be done"),
} as const satisfies Readonly<Record<string, Header>>;

type Name = keyof typeof HEADERS;

/** What pages of other origins may read: all of them. */
export const EXPOSED: readonly string[] = Object.keys(HEADERS);

const refs = (names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const ALWAYS = ["Request-Id", "RateLimit", "RateLimit-Policy", "Cache-Control"] as const;
const OF_MODELS = ["ETag", "TAPS-Position", "TAPS-Pinned", "TAPS-Lag"] as const;

/** Of what a route answers. */
export const headersOf = ({ model, demands }: Route) =>
  refs([
    ...ALWAYS,
    ...(demands.includes("idempotency-key") ? (["Idempotency-Replayed"] as const) : []),
    ...(model === undefined ? [] : OF_MODELS),
  ]);

const OF_PROBLEMS: Readonly<Record<number, readonly Name[]>> = {
  401: ["WWW-Authenticate"],
  405: ["Allow"],
  429: ["Retry-After"],
  503: ["Retry-After"],
};

/** Of a refusal. */
export const headersOfProblem = (status: number) => refs([...ALWAYS, ...(OF_PROBLEMS[status] ?? [])]);

const parameter = (
  name: string,
  required: boolean,
  description: string,
  schema: Readonly<Record<string, unknown>>,
) => ({ name, in: "header", required, description, schema });

/** Headers that a request may have, by the name under which the document refers to them. */
export const PARAMETERS = {
  RequestId: parameter("Request-Id", false, "An id of one's own for the request, repeated in the answer", {
    type: "string",
    pattern: "^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$",
  }),
  IfNoneMatch: parameter(
    "If-None-Match",
    false,
    "The ETag of what is known: answered by 304 if it still holds",
    {
      type: "string",
    },
  ),
  IdempotencyKey: parameter(
    "Idempotency-Key",
    true,
    "Of this command alone: sent again with the same key it is answered again, and not done again",
    { type: "string", pattern: "^[!-~]{1,255}$" },
  ),
  IfMatch: parameter("If-Match", true, "The ETag of the resource as it was looked at", { type: "string" }),
};

const DEMANDED_AS: Readonly<Record<Demanded, keyof typeof PARAMETERS>> = {
  "idempotency-key": "IdempotencyKey",
  "if-match": "IfMatch",
};

export const parametersOfHeaders = ({ model, demands }: Route) => {
  const names: (keyof typeof PARAMETERS)[] = ["RequestId", ...demands.map((name) => DEMANDED_AS[name])];
  if (model !== undefined) names.push("IfNoneMatch");
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
};
