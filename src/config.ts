// Environment -> typed Config. Every mistake is named at once; no value is ever printed.
import { isIP } from "node:net";
import { resolve } from "node:path";
import { inspect } from "node:util";
import { z } from "zod";
import { asCycle, tzAddress } from "./domain/identifiers.js";

/** A value that no log, error or dump shows. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

const secret = (schema: z.ZodType<string>) => schema.transform((value) => new Secret(value));

const urlOf = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)),
      `must be a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(" or ")}`,
    );
/** fetch refuses such an address, and nothing would say why there is no answer. */
const namesNobody = (text: string): boolean => {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === "" && password === "";
};
const askedUrl = urlOf("http", "https").refine(namesNobody, "must not hold a user or a password");
const httpUrl = askedUrl.transform((text) => text.replace(/\/+$/, ""));
const secretUrl = (...protocols: string[]) => secret(urlOf(...protocols));

const natural = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,8})$/, "must be a whole number, 0 or more")
  .transform(Number);
const port = natural.refine((value) => value <= 65_535, "must be a port, 0 to 65535");
/** What a header can carry: another one would refuse everybody. */
const bearer = z.string().regex(/^[!-~]+$/, "must be visible ASCII characters, without blanks");
const oneOf = <T extends string>(...values: [T, ...T[]]) =>
  z.enum(values, `must be ${values.join(", ").replace(/, ([^,]*)$/, " or $1")}`);

const listOf = (text: string): readonly string[] => text.split(",").map((part) => part.trim());

const ROLES = ["api", "worker", "projector"] as const;
export type Role = (typeof ROLES)[number];
const isRole = (text: string): text is Role => ROLES.some((role) => role === text);
const roles = z
  .string()
  .transform(listOf)
  .refine((list) => list.every(isRole), `must be some of ${ROLES.join(", ")}, joined by commas`)
  .transform((list): ReadonlySet<Role> => new Set(list.filter(isRole)));

/** An origin as browsers send it. A page of any origin could ask with what its user has typed in: there is no `*`. */
const isOrigin = (text: string): boolean => {
  if (!URL.canParse(text) || text.includes("*")) return false;
  const { protocol, origin } = new URL(text);
  return ["http:", "https:"].includes(protocol) && origin === text;
};
const origins = z
  .string()
  .transform(listOf)
  .refine((list) => list.every(isOrigin), "must be origins such as https://pay.example, joined by commas");

/** An address, or the block of addresses with a prefix. */
const isBlock = (text: string): boolean => {
  const [address = "", prefix, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  const bits = Number(prefix);
  return /^\d{1,3}$/.test(prefix) && bits > 0 && bits <= (family === 4 ? 32 : 128);
};
const isCount = (text: string): boolean => /^[0-9]$/.test(text);
const proxies = z
  .string()
  .refine(
    (text) => isCount(text) || listOf(text).every(isBlock),
    "must be how many proxies there are (0 to 9), or their addresses, joined by commas",
  )
  .transform((text) => (isCount(text) ? Number(text) : listOf(text)));

/** All that is read of the environment, one line a variable. */
const variables = z.object({
  NODE_ENV: oneOf("production", "development", "test").default("development"),
  LOG_LEVEL: oneOf("error", "warn", "info", "debug").default("info"),
  TAPS_DATA_DIR: z
    .string()
    .default(".taps")
    .transform((path) => resolve(path)),
  TAPS_ROLES: roles.default(new Set(ROLES)),
  DATABASE_URL: secretUrl("postgres", "postgresql").optional(),
  MIGRATION_DATABASE_URL: secretUrl("postgres", "postgresql").optional(),
  EVENTSTORE_URL: secretUrl("esdb", "esdb+discover").optional(),
  TEZOS_RPC_URL: httpUrl.optional(),
  TEZOS_FALLBACK_RPC_URL: httpUrl.optional(),
  TZKT_URL: httpUrl.optional(),
  REWARD_SOURCE: z.literal("tzkt", "must be tzkt").default("tzkt"),
  BAKER: tzAddress.optional(),
  PAYER: tzAddress.optional(),
  START_CYCLE: natural.transform(asCycle).optional(),
  SIGNER_URL: secret(askedUrl).optional(),
  WALLET_ENCRYPTION_KEY: secret(z.string()).optional(),
  WALLET_ENCRYPTION_IV: secret(z.string()).optional(),
  JWT_SECRET: secret(z.string().min(32, "must have at least 32 characters")).optional(),
  PORT: port.default(3000),
  PUBLIC_API: oneOf("on", "off").default("off"),
  TRUST_PROXY: proxies.default(0),
  CORS_ORIGINS: origins.default([]),
  METRICS_PORT: port.optional(),
  METRICS_TOKEN: secret(bearer).optional(),
  SENTRY_DSN: secretUrl("https").optional(),
  SLACK_WEBHOOK_URL: secretUrl("https").optional(),
  WEBHOOK_URL: secretUrl("http", "https").optional(),
  WEBHOOK_SECRET: secret(z.string()).optional(),
  ALERT_EMAIL: z.email("must be an email address").optional(),
  SMTP_URL: secretUrl("smtp", "smtps").optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
});
export type Config = z.output<typeof variables>;
export type Variable = keyof Config;

export interface Mistake {
  readonly variable: Variable;
  readonly problem: string;
}

/** What is wrong with the environment, all of it; the message names variables and rules, never a value. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  constructor(readonly mistakes: readonly Mistake[]) {
    super(mistakes.map(({ variable, problem }) => `${variable} ${problem}`).join("\n"));
  }
}

const NAMES = Object.keys(variables.shape) as Variable[];

/** Rules over more than one variable. `given`: the variables that are set. */
const combinations = (given: ReadonlySet<Variable>): Mistake[] => {
  const needs = (variable: Variable, other: Variable): Mistake[] =>
    given.has(variable) && !given.has(other) ? [{ variable, problem: `needs ${other}` }] : [];
  return [
    ...needs("MIGRATION_DATABASE_URL", "DATABASE_URL"),
    ...needs("TEZOS_FALLBACK_RPC_URL", "TEZOS_RPC_URL"),
    ...needs("WALLET_ENCRYPTION_KEY", "WALLET_ENCRYPTION_IV"),
    ...needs("WALLET_ENCRYPTION_IV", "WALLET_ENCRYPTION_KEY"),
    ...needs("METRICS_TOKEN", "METRICS_PORT"),
    ...(given.has("SIGNER_URL") && given.has("WALLET_ENCRYPTION_KEY")
      ? [{ variable: "SIGNER_URL" as const, problem: "and WALLET_ENCRYPTION_KEY exclude each other" }]
      : []),
  ];
};

const PRODUCTION_NEEDS = ["DATABASE_URL", "TEZOS_RPC_URL", "BAKER", "JWT_SECRET"] as const;

const missingInProduction = (mode: string | undefined, given: ReadonlySet<Variable>): Mistake[] =>
  mode === "production"
    ? PRODUCTION_NEEDS.filter((variable) => !given.has(variable)).map((variable) => ({
        variable,
        problem: "must be set in production",
      }))
    : [];

/** Reads the environment; a variable that is set to nothing counts as unset. Throws `ConfigError`. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => {
  const given = new Map(
    NAMES.flatMap((name) => {
      const value = env[name];
      return value === undefined || value === "" ? [] : [[name, value] as const];
    }),
  );
  const read = variables.safeParse(Object.fromEntries(given));
  const mistakes = [
    ...(read.error?.issues ?? []).map((issue): Mistake => ({
      variable: variables.keyof().parse(issue.path[0]),
      problem: issue.message.startsWith("must") ? issue.message : `is ${issue.message}`,
    })),
    ...combinations(new Set(given.keys())),
  ];
  if (!read.success || mistakes.length > 0) {
    const missing = missingInProduction(given.get("NODE_ENV"), new Set(given.keys()));
    throw new ConfigError([...mistakes, ...missing]);
  }
  return read.data;
};

/** What production must not go without: it neither keeps its truth beside the program nor pays on a toy chain. */
export const productionMistakes = (config: Config): readonly Mistake[] =>
  missingInProduction(config.NODE_ENV, new Set(NAMES.filter((name) => config[name] !== undefined)));

const WITHOUT_EFFECT: readonly Variable[] = [
  "SENTRY_DSN",
  "SLACK_WEBHOOK_URL",
  "WEBHOOK_URL",
  "WEBHOOK_SECRET",
  "ALERT_EMAIL",
  "SMTP_URL",
  "OTEL_EXPORTER_OTLP_ENDPOINT",
];

/** What is set and does nothing: the parts that it belongs to are not in this release. */
export const withoutEffect = (env: NodeJS.ProcessEnv): readonly string[] => {
  return WITHOUT_EFFECT.filter((name) => env[name] !== undefined && env[name] !== "");
};

/** Whether anything can sign for the payer. */
export const hasSigner = (config: Config): boolean =>
  config.SIGNER_URL !== undefined || config.WALLET_ENCRYPTION_KEY !== undefined;
