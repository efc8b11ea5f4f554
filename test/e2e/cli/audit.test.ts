import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { copyEvents, eventsOf } from "../../../src/application/log/copy.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { verifierKeyText } from "../../../src/domain/proof/note.js";
import { auditKey, type SignedLog, signedLog } from "../../support/audit/signed-log.js";
import { BAKER } from "../../support/chain-model.js";
import { StandIn } from "../../support/esdb/stand-in.js";
import { emptyDatabase, freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { addressOf } from "../../support/rewards.js";
import { type Environment } from "../../support/whole/taps.js";
import { endWithin, tapsWithin } from "../../support/whole/within.js";

/** A log that was signed by another machine, whose key is known by its public half. */
describe("the log's proofs through the command line", function () {
  this.timeout(30_000);
  let log: SignedLog;
  let folder: string;
  let database: TestDatabase;
  let env: Environment;
  let key: string;
  let checkpoint: string;
  let whole: string;

  const at = (database: TestDatabase): Environment => ({
    TAPS_DATA_DIR: join(folder, "taps"),
    DATABASE_URL: database.url,
    TEZOS_RPC_URL: "http://127.0.0.1:9",
    BAKER,
    WALLET_ENCRYPTION_KEY: randomBytes(32).toString("hex"),
    WALLET_ENCRYPTION_IV: "salt",
  });
  const superuser = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(statement);
    await client.end();
  };

  before(async () => {
    log = await signedLog();
    folder = await mkdtemp(join(tmpdir(), "taps-proofs-"));
    database = await freshDatabase();
    const store = new PostgresLog({ url: database.url, applicationName: "proofs" });
    await copyEvents(eventsOf(log.world.store), { store, inFlight: 64 }, () => undefined);
    await store.close();
    env = at(database);
    key = verifierKeyText(auditKey(log.world.chain.chainId));
    checkpoint = join(folder, "checkpoint");
    await writeFile(checkpoint, [...log.notes.values()].at(-1) ?? "");
    whole = join(folder, "log.ndjson");
  });
  after(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it("has a key of its own, made when it is asked for, and does without one to verify", async () => {
    expect(await endWithin(env, ["audit", "verify"])).to.include({
      code: 0,
      err: "no audit key is named (--key): signatures of the log's own checkpoints are not checked\n",
    });
    const own = await tapsWithin(env, ["audit", "key"]);
    expect(own).to.match(
      new RegExp(`^taps/${log.world.chain.chainId}/${BAKER}\\+[0-9a-f]{8}\\+[A-Za-z0-9+/=]{44}\n$`),
    );
    expect(await tapsWithin(env, ["audit", "key"])).to.equal(own);
    const { code, out } = await endWithin(env, ["audit", "verify"]);
    expect(code).to.equal(1);
    expect(out).to.match(/is none that was made with the audit key/);
  });

  it("verifies the log under its key and a checkpoint", async () => {
    const args = ["audit", "verify", "--key", key, "--checkpoint", checkpoint];
    const { findings, ...verdict } = JSON.parse(await tapsWithin(env, [...args, "--json"])) as Record<
      string,
      unknown
    >;
    expect(findings).to.deep.equal([]);
    expect(verdict).to.include({ size: log.events.length, ownCheckpoints: 2, keptCheckpoints: 1 });
    expect(await tapsWithin(env, args)).to.match(
      /\n2 checkpoints of its own hold, up to event \d+\n1 checkpoints that/,
    );
  });

  it("exports it, to a file or for a pipe, and verifies the file with nothing else", async () => {
    await tapsWithin(env, ["log", "export", "--to", whole]);
    const text = await readFile(whole, "utf8");
    expect(await tapsWithin(env, ["log", "export"])).to.equal(text);
    const args = ["audit", "verify", "--export", whole, "--key", key, "--checkpoint", checkpoint];
    expect((await endWithin({}, args)).code).to.equal(0);
    const after = (await tapsWithin(env, ["log", "export", "--after", "60"])).trimEnd().split("\n");
    expect(after.slice(1)).to.deep.equal(text.trimEnd().split("\n").slice(61));
  });

  it("names what is wrong with a file, and ends with 1", async () => {
    const lines = (await readFile(whole, "utf8")).split("\n");
    const path = join(folder, "changed.ndjson");
    await writeFile(path, lines.with(7, (lines[7] ?? "").replace("world", "wurld")).join("\n"));
    const { code, out, err } = await endWithin({}, [
      "audit",
      "verify",
      "--export",
      path,
      "--checkpoint",
      checkpoint,
    ]);
    expect({ code, first: out.split("\n")[0] }).to.deep.equal({
      code: 1,
      first: `among events 1 to ${Math.min(...log.notes.keys())} of the log: checkpoint 0 of audit-${BAKER} has another root`,
    });
    expect(err).to.match(/the log is not what it was\n$/);
  });

  it("imports it into an empty log, once, and refuses another one", async () => {
    const fresh = await emptyDatabase();
    try {
      const there = at(fresh);
      const imported = JSON.parse(await tapsWithin(there, ["log", "import", whole, "--json"])) as object;
      expect(imported).to.include({ size: log.events.length, written: log.events.length });
      expect(JSON.parse(await tapsWithin(there, ["log", "import", whole, "--json"]))).to.deep.equal({
        ...imported,
        written: 0,
      });
      expect(await tapsWithin(there, ["log", "export"])).to.equal(await readFile(whole, "utf8"));
      const short = join(folder, "short.ndjson");
      await writeFile(short, (await readFile(whole, "utf8")).split("\n").slice(0, 9).join("\n"));
      const refused = await endWithin(there, ["log", "import", short]);
      expect(refused).to.deep.equal({
        code: 3,
        out: "",
        err: "the file is damaged, and nothing is imported: the file breaks off after 9 events\n",
      });
    } finally {
      await fresh.drop();
    }
  });

  it("copies it to EventStoreDB and back, and refuses to copy it onto itself", async () => {
    const server = await StandIn.start({ appends: "batch" });
    const fresh = await emptyDatabase();
    try {
      await tapsWithin(env, ["log", "copy", "--to", server.url]);
      await tapsWithin(env, ["log", "copy", "--from", server.url, "--to", fresh.url]);
      const copied = await tapsWithin(at(fresh), ["log", "export"]);
      expect(copied).to.equal(await readFile(whole, "utf8"));
      expect((await endWithin(env, ["log", "copy"])).code).to.equal(2);
      expect((await endWithin(env, ["log", "copy", "--to", "mysql://user:hunter2@host/x"])).err).to.equal(
        "a log's address begins with postgres:// or esdb://\n",
      );
      expect((await endWithin(env, ["log", "copy", "--to", "esdb://user:hunter2@"])).err).to.equal(
        "not a connection string of EventStoreDB (esdb://host:2113?tls=...)\n",
      );
    } finally {
      await fresh.drop();
      await server.stop();
    }
  });

  it("proves a payout, which is checked with nothing but the file and the key", async () => {
    const proof = join(folder, "proof.json");
    await tapsWithin(env, ["audit", "prove", "0", addressOf(3), "--out", proof]);
    // The operation of this log is none that a node would take: what its bytes say is tested on a real one.
    const { code, err } = await endWithin({}, ["audit", "check", proof, "--key", key]);
    expect({ code, err }).to.deep.equal({ code: 1, err: "the operation's hash is not that of its bytes\n" });
    const { payment: _, ...rest } = JSON.parse(await readFile(proof, "utf8")) as Record<string, unknown>;
    await writeFile(proof, JSON.stringify({ ...rest, payment: null }));
    expect(await tapsWithin({}, ["audit", "check", proof, "--key", key])).to.match(
      /\nobligation:\n {2}due: "430918"\n/,
    );
    expect(await endWithin(env, ["audit", "prove", "0", addressOf(999)])).to.include({
      code: 3,
      err: `cycle 0 knows no delegator ${addressOf(999)}\n`,
    });
  });

  it("proves that the log was only added to between two checkpoints", async () => {
    const older = join(folder, "older");
    await writeFile(older, [...log.notes.values()][0] ?? "");
    const proof = join(folder, "consistency.json");
    await tapsWithin(env, ["audit", "consistency", older, checkpoint, "--out", proof]);
    const [before, after] = [...log.notes.keys()];
    expect(JSON.parse(await tapsWithin({}, ["audit", "check", proof, "--key", key, "--json"]))).to.deep.equal(
      {
        log: `taps/${log.world.chain.chainId}/${BAKER}`,
        older: before,
        newer: after,
      },
    );
  });

  it("refuses what is no checkpoint, no key or no file", async () => {
    const ended = async (...args: string[]) => {
      const { code, err } = await endWithin({}, ["audit", ...args]);
      return { code, err };
    };
    const verify = ["verify", "--export", whole, "--checkpoint"];
    expect(await ended(...verify, whole, "--key", key)).to.deep.equal({
      code: 3,
      err: `${whole} is no signed checkpoint\n`,
    });
    const other = verifierKeyText(auditKey(log.world.chain.chainId, 8));
    expect(await ended(...verify, checkpoint, "--key", other)).to.include({ code: 3 });
    expect((await ended("check", whole, "--key", "no key")).code).to.equal(2);
    expect(await ended("check", whole, "--key", key)).to.deep.equal({
      code: 1,
      err: "the file is no proof of TAPS\n",
    });
    const missing = join(folder, "missing");
    expect((await ended("check", missing, "--key", key)).code).to.equal(2);
    expect((await ended("verify", "--export", missing)).code).to.equal(2);
  });

  it("finds what a superuser has done to the database since", async () => {
    await superuser(
      "ALTER TABLE log.events DISABLE TRIGGER ALL; UPDATE log.events SET data = data || ' ' WHERE position = 9",
    );
    const { code, out } = await endWithin(env, ["audit", "verify", "--key", key, "--checkpoint", checkpoint]);
    expect(code).to.equal(1);
    expect(out).to.match(
      /^event 10 of the log: event \d+ of \S+ \(\w+\) is not what its id [0-9a-f-]+ is the id of\n/,
    );
  });
});
