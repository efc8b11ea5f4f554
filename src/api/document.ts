// OpenAPI 3.1 of the routes: what is served and what is said of it are one list.
import { z } from "zod";
import { address, blockHash, chainId, digest, operationHash, tzAddress } from "../domain/identifiers.js";
import { mutezCodec, signedMutezCodec } from "../domain/money.js";
import { amount, position } from "../application/read-side/answer.js";
import { HEADERS, headersOf, headersOfProblem, PARAMETERS, parametersOfHeaders } from "./document-headers.js";
import { jsonOf } from "./json.js";
import { problemBody, PROBLEMS, type ProblemType } from "./problem.js";
import { hasBody, type Route } from "./route.js";

type Schema = Readonly<Record<string, unknown>>;

const base58 = (prefix: string, length: number, description: string): Schema => ({
  type: "string",
  pattern: `^(${prefix})[1-9A-HJ-NP-Za-km-z]{${length}}$`,
  description,
});

const UNIT: Schema = { "x-unit": "mutez" };

/** What JSON has no type for, by schema. */
const WELL_KNOWN = new Map<z.core.$ZodType, Schema>([
  [amount, { type: "string", pattern: "^-?(0|[1-9][0-9]*)$", description: "An amount in mutez", ...UNIT }],
  [mutezCodec, UNIT],
  [signedMutezCodec, UNIT],
  [position, { type: "string", pattern: "^(0|[1-9][0-9]*)$", description: "Place of an event in the log" }],
  [tzAddress, base58("tz[1-4]", 33, "A tz1 to tz4 address")],
  [address, base58("tz[1-4]|KT1", 33, "An account that can receive tez")],
  [operationHash, base58("o", 50, "An operation's hash")],
  [blockHash, base58("B", 50, "A block's hash")],
  [chainId, base58("Net", 12, "A chain's id")],
  [digest, { type: "string", pattern: "^[0-9a-f]{64}$", description: "Hexadecimal SHA-256" }],
]);

/** One that is only described or narrowed anew is still what it was. */
const knownOf = (schema: z.core.$ZodType): Schema | undefined => {
  const known = WELL_KNOWN.get(schema);
  const { parent } = schema._zod;
  return known ?? (parent && knownOf(parent));
};

const BY_KIND: Readonly<Record<string, Schema>> = {
  bigint: { type: "string", pattern: "^-?(0|[1-9][0-9]*)$" },
  date: { type: "string", format: "date-time", description: "UTC" },
  // Said by the schema around it (`WELL_KNOWN`).
  custom: {},
  transform: {},
};

/**
 * JSON schema of what a schema's values are as JSON (`json.ts`). One that has a name would be a reference into a part of
 * its own that the document does not have.
 */
const schemaOf = (schema: z.ZodType, io: "input" | "output"): Schema => {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io,
    unrepresentable: ({ zodSchema }) => BY_KIND[zodSchema._zod.def.type] ?? "throw",
    override: ({ zodSchema, jsonSchema }) => {
      const known = knownOf(zodSchema);
      const { description } = jsonSchema;
      if (known) Object.assign(jsonSchema, known, description === undefined ? {} : { description });
    },
  });
  if ("$defs" in described) throw new Error(`a schema has parts by reference: ${jsonOf(described["$defs"])}`);
  return described;
};

const parametersOf = (shape: z.ZodObject, where: "path" | "query" | "header") => {
  const described = schemaOf(shape, "input");
  const properties = described["properties"] as Readonly<Record<string, Schema>> | undefined;
  const required = new Set(described["required"] as readonly string[] | undefined);
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    in: where,
    required: where === "path" || required.has(name),
    schema,
  }));
};

const problemOf = (status: number, types: readonly ProblemType[]) => ({
  description: types.map((type) => `\`${type}\`: ${PROBLEMS[type].title}`).join("; "),
  headers: headersOfProblem(status),
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

/** Of every route, whatever it answers. */
const COMMON: readonly ProblemType[] = [
  ...(["bad-request", "invalid", "too-slow", "too-many", "headers-too-large"] as const),
  ...(["defect", "unavailable"] as const),
];
const OF_BODIES: readonly ProblemType[] = ["too-large", "unsupported-media-type"];

const problemsOf = (route: Route) => {
  const { access, problems } = route;
  const types = new Set<ProblemType>([...COMMON, ...(hasBody(route) ? OF_BODIES : []), ...problems]);
  if (access !== "public") for (const type of ["unauthenticated", "forbidden"] as const) types.add(type);
  const statuses = new Set([...types].map((type) => PROBLEMS[type].status));
  const typesOf = (status: number) => [...types].filter((type) => PROBLEMS[type].status === status);
  return Object.fromEntries(
    [...statuses].map((status) => [String(status), problemOf(status, typesOf(status))]),
  );
};

const operationOf = (route: Route) => ({
  operationId: route.id,
  tags: [route.tag],
  summary: route.summary,
  ...(route.access === "public" ? { security: [] } : { "x-role": route.access }),
  parameters: [
    ...parametersOf(route.params, "path"),
    ...parametersOf(route.query, "query"),
    ...parametersOf(route.headers ?? z.object({}), "header"),
    ...parametersOfHeaders(route),
  ],
  ...(route.body === undefined || !hasBody(route)
    ? {}
    : {
        requestBody: {
          required: true,
          content: { "application/json": { schema: schemaOf(route.body, "input") } },
        },
      }),
  responses: { ...answerOf(route), ...problemsOf(route) },
});

/** OpenAPI 3.1 knows no word for what each event of a stream holds. */
const contentOf = ({ result, columns, isLive }: Route) => {
  const schema = schemaOf(result, "output");
  if (isLive !== true) return { [columns === undefined ? "application/json" : "text/csv"]: { schema } };
  const description = "Server-sent events; `data` of each is JSON as x-event-data describes it";
  return { "text/event-stream": { schema: { type: "string", description }, "x-event-data": schema } };
};

const answerOf = (route: Route) => {
  const headers = headersOf(route);
  if (route.result instanceof z.ZodUndefined) return { "204": { description: "It is done", headers } };
  if (route.model === undefined)
    return {
      "200": {
        description: route.demands.length > 0 ? "It is done" : "The answer",
        headers,
        content: contentOf(route),
      },
    };
  return {
    "200": {
      description: "The answer, as of one moment of the read side",
      headers,
      content: contentOf(route),
    },
    "304": { description: "What is known by this ETag still holds", headers },
  };
};

export const documentOf = (routes: readonly Route[], version: string) => {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = (paths[route.path] ??= {});
    path[route.method] = operationOf(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "TAPS",
      version,
      description:
        "What a Tezos baker's delegators are owed and were paid. Amounts are decimal strings of mutez.",
    },
    servers: [{ url: "/api/v1" }],
    security: [{ bearer: [] }],
    paths,
    components: {
      headers: HEADERS,
      parameters: PARAMETERS,
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      schemas: { Problem: schemaOf(problemBody, "output") },
    },
  };
};
