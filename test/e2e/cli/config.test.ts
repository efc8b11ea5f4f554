import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { addressOf } from "../../support/rewards.js";
import { endOf, type Environment } from "../../support/whole/taps.js";
import { endWithin } from "../../support/whole/within.js";

const PRODUCTION = {
  NODE_ENV: "production",
  DATABASE_URL: "postgres://me:hunter2@127.0.0.1:9/taps",
  TEZOS_RPC_URL: "http://127.0.0.1:9",
  BAKER: addressOf(0),
  JWT_SECRET: "hunter2".repeat(5),
};

describe("taps config check", function () {
  this.timeout(30_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-config-"));
  });
  after(() => rm(folder, { recursive: true }));

  const check = (env: Environment) =>
    endWithin({ TAPS_DATA_DIR: join(folder, "data"), ...env }, ["config", "check"]);
  const inOrder = { code: 0, out: "", err: "the environment is in order\n" };

  it("ends with 0 for an environment in order, and touches nothing that it names", async () => {
    expect(await check({})).to.deep.equal(inOrder);
    expect(await check({ ...PRODUCTION, ALERT_EMAIL: "me@example.com" })).to.deep.equal({
      ...inOrder,
      err: `ALERT_EMAIL has no effect in this release\n${inOrder.err}`,
    });
    const key = { WALLET_ENCRYPTION_KEY: randomBytes(32).toString("base64"), WALLET_ENCRYPTION_IV: "salt" };
    expect(await check(key)).to.deep.equal(inOrder);
    expect(await readdir(folder)).to.deep.equal([]);
  });

  it("ends with 1 and a line for each mistake, without a value", async () => {
    const wrong = {
      ...PRODUCTION,
      JWT_SECRET: "hunter2",
      DATABASE_URL: "mysql://me:hunter2@host",
      BAKER: "",
    };
    expect(await check(wrong)).to.deep.equal({
      code: 1,
      out: "",
      err:
        "DATABASE_URL must be a URL that begins with postgres:// or postgresql://\n" +
        "JWT_SECRET must have at least 32 characters\n" +
        "BAKER must be set in production\n",
    });
  });

  it("names what production must not go without", async () => {
    expect(await check({ NODE_ENV: "production" })).to.deep.equal({
      code: 1,
      out: "",
      err: ["DATABASE_URL", "TEZOS_RPC_URL", "BAKER", "JWT_SECRET"]
        .map((name) => `${name} must be set in production\n`)
        .join(""),
    });
  });

  it("names a key that cannot seal a wallet", async () => {
    const key = { WALLET_ENCRYPTION_KEY: "hunter2".repeat(9), WALLET_ENCRYPTION_IV: "salt" };
    expect(await check(key)).to.deep.equal({
      code: 1,
      out: "",
      err: "WALLET_ENCRYPTION_KEY must be 32 random bytes, as 64 hexadecimal digits or as base64\n",
    });
  });

  it("is asked at start too: what is set without effect stands in the log, once", async () => {
    const env = { ...PRODUCTION, TAPS_DATA_DIR: join(folder, "data"), ALERT_EMAIL: "hunter2@example.com" };
    const { code, err } = await endOf(env, ["start"]);
    const logged = [...err.matchAll(/"message":"no effect in this release".*"variable":"(.*)"/g)];
    expect({ code, logged: logged.map(([, variable]) => variable) }).to.deep.equal({
      code: 4,
      logged: ["ALERT_EMAIL"],
    });
    expect(err).to.not.include("hunter2");
  });
});
