import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { resolve } from "node:path";
import { expect } from "chai";
import {
  ConfigError,
  hasSigner,
  productionMistakes,
  readConfig,
  withoutEffect,
  Secret,
} from "../../src/config.js";
import { addressOf } from "../support/rewards.js";

const BAKER = addressOf(0);
const HTTP = "must be a URL that begins with http:// or https://";
const VISIBLE = "must be visible ASCII characters, without blanks";
const NOBODY = "must not hold a user or a password";
const HTTPS = "must be a URL that begins with https://";
const POSTGRES = "must be a URL that begins with postgres:// or postgresql://";
const WHOLE = "must be a whole number, 0 or more";
const PROXIES = "must be how many proxies there are (0 to 9), or their addresses, joined by commas";
const ORIGINS = "must be origins such as https://pay.example, joined by commas";
const ADDRESS = "is not a tz1-tz4 address";
const ROLES = "must be some of api, worker, projector, joined by commas";

/** In every wrong value: no message shows it. */
const HIDDEN = "hunter2";

/** What is wrong with one variable, by its value. */
const WRONG: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  NODE_ENV: {
    hunter2: "must be production, development or test",
    PRODUCTION: "must be production, development or test",
  },
  LOG_LEVEL: { hunter2: "must be error, warn, info or debug" },
  TAPS_ROLES: { "api,hunter2": ROLES, ",": ROLES, "api,,worker": ROLES, "api worker": ROLES },
  DATABASE_URL: { "mysql://me:hunter2@host/taps": POSTGRES, hunter2: POSTGRES },
  MIGRATION_DATABASE_URL: { "http://me:hunter2@host": POSTGRES },
  EVENTSTORE_URL: { "http://me:hunter2@host": "must be a URL that begins with esdb:// or esdb+discover://" },
  TEZOS_RPC_URL: {
    "ftp://hunter2": HTTP,
    hunter2: HTTP,
    "hunter2:8732": HTTP,
    "https://:hunter2@node": NOBODY,
    "https://hunter2@node": NOBODY,
  },
  TEZOS_FALLBACK_RPC_URL: { "ws://hunter2": HTTP, "http://me:hunter2@node": NOBODY },
  TZKT_URL: { "api.hunter2.io": HTTP, "https://me:hunter2@tzkt": NOBODY },
  REWARD_SOURCE: { hunter2: "must be tzkt", rpc: "must be tzkt" },
  BAKER: { hunter2: ADDRESS, [`${BAKER}x`]: ADDRESS, KT1RJ6PbjHpwc3M5rw5s2Nbmefwbuwbdxton: ADDRESS },
  PAYER: { hunter2: ADDRESS },
  START_CYCLE: { hunter2: WHOLE, "-1": WHOLE, "1.5": WHOLE, "01": WHOLE, "1e3": WHOLE, "1234567890": WHOLE },
  SIGNER_URL: { "tcp://hunter2": HTTP, "http://me:hunter2@host": NOBODY },
  JWT_SECRET: { hunter2: "must have at least 32 characters" },
  PORT: { hunter2: WHOLE, "65536": "must be a port, 0 to 65535" },
  PUBLIC_API: { hunter2: "must be on or off", true: "must be on or off" },
  TRUST_PROXY: Object.fromEntries(
    [
      "hunter2",
      "true",
      "-1",
      "10",
      "10.0.0.0/0",
      "10.0.0.0/33",
      "::1/129",
      "10.0.0.1,",
      "::1/64/64",
      "*",
    ].map((value) => [value, PROXIES]),
  ),
  CORS_ORIGINS: Object.fromEntries(
    [
      ...[
        "*",
        "null",
        "hunter2",
        "https://*.hunter2",
        "https://hunter2/",
        "https://hunter2/path",
        "ftp://hunter2",
      ],
      ...[
        "https://hunter2:443",
        "https://HUNTER2",
        "https://me@hunter2",
        "https://a,https://b/",
        "https://a,",
      ],
    ].map((value) => [value, ORIGINS]),
  ),
  METRICS_PORT: { "8o80": WHOLE, "70000": "must be a port, 0 to 65535" },
  METRICS_TOKEN: { "hunter2 ": VISIBLE, "hunter2\n": VISIBLE, hünter2: VISIBLE },
  SENTRY_DSN: { "http://hunter2@host": HTTPS },
  SLACK_WEBHOOK_URL: { "http://host/hunter2": HTTPS },
  WEBHOOK_URL: { "ftp://host/hunter2": HTTP },
  ALERT_EMAIL: { hunter2: "must be an email address" },
  SMTP_URL: { "http://me:hunter2@host": "must be a URL that begins with smtp:// or smtps://" },
  OTEL_EXPORTER_OTLP_ENDPOINT: { hunter2: HTTP },
};

/** A value that is taken, and how it is read; a secret as what it reveals. */
const TAKEN: Readonly<Record<string, readonly [string, unknown]>> = {
  NODE_ENV: ["test", "test"],
  LOG_LEVEL: ["debug", "debug"],
  TAPS_DATA_DIR: ["data", resolve("data")],
  TAPS_ROLES: ["worker, api,worker", new Set(["worker", "api"])],
  DATABASE_URL: ["postgres://me:hunter2@host/taps", "postgres://me:hunter2@host/taps"],
  MIGRATION_DATABASE_URL: ["postgresql://root:hunter2@host/taps", "postgresql://root:hunter2@host/taps"],
  EVENTSTORE_URL: ["esdb+discover://me:hunter2@host", "esdb+discover://me:hunter2@host"],
  TEZOS_RPC_URL: ["https://node//", "https://node"],
  TEZOS_FALLBACK_RPC_URL: ["http://other:8732", "http://other:8732"],
  TZKT_URL: ["https://tzkt/", "https://tzkt"],
  REWARD_SOURCE: ["tzkt", "tzkt"],
  BAKER: [BAKER, BAKER],
  PAYER: [BAKER, BAKER],
  START_CYCLE: ["0", 0],
  WALLET_ENCRYPTION_KEY: ["hunter2", "hunter2"],
  WALLET_ENCRYPTION_IV: ["hunter2", "hunter2"],
  JWT_SECRET: ["hunter2".repeat(5), "hunter2".repeat(5)],
  PORT: ["0", 0],
  PUBLIC_API: ["on", "on"],
  TRUST_PROXY: ["10.0.0.0/8, ::1", ["10.0.0.0/8", "::1"]],
  CORS_ORIGINS: ["https://a.example, http://b:8080", ["https://a.example", "http://b:8080"]],
  METRICS_PORT: ["65535", 65_535],
  METRICS_TOKEN: ["hunter2", "hunter2"],
  SENTRY_DSN: ["https://hunter2@sentry/1", "https://hunter2@sentry/1"],
  SLACK_WEBHOOK_URL: ["https://slack/hunter2", "https://slack/hunter2"],
  WEBHOOK_URL: ["http://hook/hunter2", "http://hook/hunter2"],
  WEBHOOK_SECRET: ["hunter2", "hunter2"],
  ALERT_EMAIL: ["me@example.org", "me@example.org"],
  SMTP_URL: ["smtps://me:hunter2@host", "smtps://me:hunter2@host"],
  OTEL_EXPORTER_OTLP_ENDPOINT: ["http://otel:4318", "http://otel:4318"],
};

const mistakesOf = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(String(error)).to.not.include(HIDDEN);
    expect(error.message.split("\n")).to.deep.equal(
      error.mistakes.map(({ variable, problem }) => `${variable} ${problem}`),
    );
    return error.message.split("\n");
  }
  return [];
};

/** Every variable that is read. */
const variablesRead = (): readonly string[] => {
  const read = new Set<string>();
  const env = new Proxy<NodeJS.ProcessEnv>({}, { get: (_, name) => void read.add(String(name)) });
  readConfig(env);
  return [...read].sort();
};

describe("configuration", () => {
  it("is what the demo needs when nothing is set, and an empty value is none", () => {
    const demo = {
      NODE_ENV: "development",
      LOG_LEVEL: "info",
      TAPS_DATA_DIR: resolve(".taps"),
      TAPS_ROLES: new Set(["api", "worker", "projector"]),
      REWARD_SOURCE: "tzkt",
      PORT: 3000,
      PUBLIC_API: "off",
      TRUST_PROXY: 0,
      CORS_ORIGINS: [],
    };
    expect(readConfig({})).to.deep.equal(demo);
    expect(readConfig(Object.fromEntries(variablesRead().map((name) => [name, ""])))).to.deep.equal(demo);
    expect(readConfig({ HOME: "/root", TEZOS_RPC: "https://node" })).to.deep.equal(demo);
  });

  it("takes each variable", () => {
    const env = Object.fromEntries(Object.entries(TAKEN).map(([name, [value]]) => [name, value]));
    const read = Object.entries(readConfig(env)).map(([name, value]) => [
      name,
      value instanceof Secret ? value.reveal() : value,
    ]);
    const expected = Object.entries(TAKEN).map(([name, [, value]]) => [name, value]);
    expect(Object.fromEntries(read)).to.deep.equal(Object.fromEntries(expected));
    const signer = readConfig({ SIGNER_URL: "http://host/hunter2" }).SIGNER_URL;
    expect(signer?.reveal()).to.equal("http://host/hunter2");
    expect(Object.keys({ ...TAKEN, SIGNER_URL: "" }).sort()).to.deep.equal(variablesRead());
  });

  it("takes a number of proxies as well as their addresses", () => {
    expect(readConfig({ TRUST_PROXY: "2" }).TRUST_PROXY).to.equal(2);
  });

  it("shows no secret in a dump, as JSON or as text", () => {
    const env = Object.fromEntries(Object.entries(TAKEN).map(([name, [value]]) => [name, value]));
    const config = readConfig(env);
    for (const shown of [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true })])
      expect(shown).to.not.include(HIDDEN);
    expect(String(config.DATABASE_URL)).to.equal("[secret]");
  });

  for (const [name, values] of Object.entries(WRONG))
    it(`says what is wrong with ${name}, and never its value`, () => {
      for (const [value, problem] of Object.entries(values)) {
        const needs = [
          "MIGRATION_DATABASE_URL needs DATABASE_URL",
          "TEZOS_FALLBACK_RPC_URL needs TEZOS_RPC_URL",
          "METRICS_TOKEN needs METRICS_PORT",
        ];
        const found = mistakesOf({ [name]: value }).filter((line) => !needs.includes(line));
        expect(found, value).to.deep.equal([`${name} ${problem}`]);
      }
    });

  it("names every mistake at once, those of production too", () => {
    expect(
      mistakesOf({
        NODE_ENV: "production",
        LOG_LEVEL: "hunter2",
        PORT: "hunter2",
        WALLET_ENCRYPTION_IV: "hunter2",
      }),
    ).to.deep.equal([
      "LOG_LEVEL must be error, warn, info or debug",
      `PORT ${WHOLE}`,
      "WALLET_ENCRYPTION_IV needs WALLET_ENCRYPTION_KEY",
      "DATABASE_URL must be set in production",
      "TEZOS_RPC_URL must be set in production",
      "BAKER must be set in production",
      "JWT_SECRET must be set in production",
    ]);
  });

  it("refuses what does not go together", () => {
    const together: readonly (readonly [NodeJS.ProcessEnv, string])[] = [
      [{ MIGRATION_DATABASE_URL: "postgres://host/taps" }, "MIGRATION_DATABASE_URL needs DATABASE_URL"],
      [{ METRICS_TOKEN: HIDDEN }, "METRICS_TOKEN needs METRICS_PORT"],
      [{ TEZOS_FALLBACK_RPC_URL: "https://node" }, "TEZOS_FALLBACK_RPC_URL needs TEZOS_RPC_URL"],
      [{ WALLET_ENCRYPTION_KEY: HIDDEN }, "WALLET_ENCRYPTION_KEY needs WALLET_ENCRYPTION_IV"],
      [{ WALLET_ENCRYPTION_IV: HIDDEN }, "WALLET_ENCRYPTION_IV needs WALLET_ENCRYPTION_KEY"],
      [
        { SIGNER_URL: "http://signer", WALLET_ENCRYPTION_KEY: HIDDEN, WALLET_ENCRYPTION_IV: HIDDEN },
        "SIGNER_URL and WALLET_ENCRYPTION_KEY exclude each other",
      ],
    ];
    for (const [env, mistake] of together) expect(mistakesOf(env)).to.deep.equal([mistake]);
  });

  it("names what production must not go without, and asks it of production alone", () => {
    const missing = (env: NodeJS.ProcessEnv) =>
      productionMistakes(readConfig(env)).map(({ variable }) => variable);
    expect(missing({ NODE_ENV: "production" })).to.deep.equal([
      "DATABASE_URL",
      "TEZOS_RPC_URL",
      "BAKER",
      "JWT_SECRET",
    ]);
    const whole = {
      NODE_ENV: "production",
      DATABASE_URL: "postgres://host/taps",
      TEZOS_RPC_URL: "https://node",
      BAKER,
      JWT_SECRET: "x".repeat(32),
    };
    expect(missing(whole)).to.deep.equal([]);
    expect(missing({ ...whole, BAKER: "" })).to.deep.equal(["BAKER"]);
    expect(missing({})).to.deep.equal([]);
  });

  it("knows whether anything can sign", () => {
    const signs = (env: NodeJS.ProcessEnv) => hasSigner(readConfig(env));
    expect(signs({})).to.equal(false);
    expect(signs({ SIGNER_URL: "http://signer" })).to.equal(true);
    expect(signs({ WALLET_ENCRYPTION_KEY: "a", WALLET_ENCRYPTION_IV: "b" })).to.equal(true);
  });
});

describe("the README's table of the configuration", () => {
  const section =
    readFileSync(new URL("../../../README.md", import.meta.url), "utf8")
      .split("## Configuration")[1]
      ?.split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| `([A-Z0-9_]+)` *\|(.*)\|(.*)\|$/gm)].map(([, name, , given]) => ({
    name: name ?? "",
    given: (given ?? "").trim(),
  }));
  const [unused = ""] = /^Checked and without effect yet.*$/m.exec(section) ?? [];
  const idle = [...unused.matchAll(/`([A-Z0-9_]+)`/g)].map(([, name]) => name ?? "");

  it("names every variable that is read, and no other", () => {
    const named = new Set([...rows.map(({ name }) => name), ...idle]);
    expect([...named].sort()).to.deep.equal(variablesRead());
    expect(new Set(rows.map(({ name }) => name)).size).to.equal(rows.length);
  });

  it("names what has no effect, which is told when it is set", () => {
    const all = Object.fromEntries(variablesRead().map((name) => [name, "x"]));
    expect([...withoutEffect(all)].sort()).to.deep.equal([...new Set(idle)].sort());
    expect(withoutEffect({ PORT: "", BAKER: "x", TAPS_ROLES: "worker" })).to.deep.equal([]);
    expect(withoutEffect({ TAPS_ROLES: "worker, api", ALERT_EMAIL: "x" })).to.deep.equal(["ALERT_EMAIL"]);
  });

  it("gives the defaults that are read", () => {
    const {
      TAPS_ROLES: _all,
      PORT: _unused,
      TRUST_PROXY: _none,
      CORS_ORIGINS: _no,
      ...defaults
    } = readConfig({});
    const literal = (given: string) => /^`([^`]+)`$/.exec(given)?.[1];
    const given = rows.flatMap(({ name, given: text }) => {
      const value = literal(text);
      return value === undefined ? [] : [[name, name === "TAPS_DATA_DIR" ? resolve(value) : value]];
    });
    expect(Object.fromEntries(given)).to.deep.equal(defaults);
    expect(rows.find(({ name }) => name === "TAPS_ROLES")?.given).to.equal("all");
  });
});
