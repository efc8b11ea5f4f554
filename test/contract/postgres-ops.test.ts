// Lease, witness, identity and wallet records, on a real PostgreSQL.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Pool } from "pg";
import { StoreUnavailable } from "../../src/application/ports/event-store.js";
import { type TzAddress } from "../../src/domain/identifiers.js";
import { installationIdentity, unsafeSettings } from "../../src/infrastructure/postgres/identity.js";
import { PostgresLease } from "../../src/infrastructure/postgres/lease.js";
import { createPool, endPool, transact } from "../../src/infrastructure/postgres/pool.js";
import { PostgresWalletStore } from "../../src/infrastructure/postgres/wallet-store.js";
import { DurableWitness } from "../../src/infrastructure/postgres/witness.js";
import { BAKER, PAYER } from "../support/chain-model.js";
import { freshDatabase, type TestDatabase } from "../support/postgres.js";

describe("what processes share in PostgreSQL", () => {
  let database: TestDatabase;
  let pool: Pool;
  before(async () => {
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "ops-test" });
  });
  after(async () => {
    await endPool(pool);
    await database.drop();
  });
  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => error,
    );
  const unreachable = (): Pool =>
    createPool({ url: database.url.replace("host=", "host=%2Fnowhere"), applicationName: "x" });

  describe("the lease", () => {
    const expire = (name: string) =>
      pool.query("UPDATE ops.lease SET expires_at = clock_timestamp() WHERE name = $1", [name]);

    it("has one holder, who keeps its token by holding again", async () => {
      const [one, other] = [new PostgresLease(pool, { name: "a" }), new PostgresLease(pool, { name: "a" })];
      expect(await one.hold()).to.deep.equal({ token: 1n });
      expect(await other.hold()).to.equal(undefined);
      expect(await one.hold()).to.deep.equal({ token: 1n });
      expect(await new PostgresLease(pool, { name: "b" }).hold()).to.deep.equal({ token: 1n });
    });

    it("passes to another when it is released or expires, each time with a higher token", async () => {
      const [one, other] = [new PostgresLease(pool, { name: "c" }), new PostgresLease(pool, { name: "c" })];
      await one.hold();
      await other.release();
      expect(await other.hold()).to.equal(undefined);
      await one.release();
      expect(await other.hold()).to.deep.equal({ token: 2n });
      expect(await one.hold()).to.equal(undefined);
      await expire("c");
      expect(await one.hold()).to.deep.equal({ token: 3n });
      expect(await other.hold()).to.equal(undefined);
      await one.release();
      expect(await one.hold()).to.deep.equal({ token: 4n });
    });

    it("is renewed for its whole time by holding, by the database's clock", async () => {
      const lease = new PostgresLease(pool, { name: "d", ttlMs: 60_000 });
      await lease.hold();
      await pool.query(
        "UPDATE ops.lease SET expires_at = clock_timestamp() + interval '20 s' WHERE name = 'd'",
      );
      expect(await lease.hold()).to.deep.equal({ token: 1n });
      const { rows } = await pool.query<{ left: boolean }>(
        `SELECT expires_at BETWEEN clock_timestamp() + interval '30 s' AND clock_timestamp() + interval '60 s'
           AS left FROM ops.lease WHERE name = 'd'`,
      );
      expect(rows).to.deep.equal([{ left: true }]);
    });

    it("is a new one to a holder that came too late: another may have had it meanwhile", async () => {
      const lease = new PostgresLease(pool, { name: "h" });
      await lease.hold();
      await expire("h");
      expect(await lease.hold()).to.deep.equal({ token: 2n });
      expect(await lease.hold()).to.deep.equal({ token: 2n });
    });

    it("lasts ten seconds where nothing else is said", async () => {
      await new PostgresLease(pool, { name: "g" }).hold();
      const { rows } = await pool.query<{ left: boolean }>(
        `SELECT expires_at BETWEEN clock_timestamp() + interval '5 s' AND clock_timestamp() + interval '10 s'
           AS left FROM ops.lease WHERE name = 'g'`,
      );
      expect(rows).to.deep.equal([{ left: true }]);
    });

    it("is won by one of many that try at the same moment", async () => {
      const rivals = Array.from({ length: 20 }, () => new PostgresLease(pool, { name: "e" }));
      const held = await Promise.all(rivals.map((rival) => rival.hold()));
      expect(held.filter((result) => result !== undefined)).to.deep.equal([{ token: 1n }]);
    });

    it("throws when PostgreSQL cannot be asked", async () => {
      const nowhere = unreachable();
      expect(await failure(new PostgresLease(nowhere, { name: "f" }).hold()))
        .to.be.instanceOf(StoreUnavailable)
        .with.property("message", "the event store did not answer (PostgreSQL: lease): ENOENT");
      await endPool(nowhere);
    });
  });

  describe("the witness", () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "taps-witness-"));
    });
    afterEach(() => rm(folder, { recursive: true }));
    const [first, second] = [
      { payer: PAYER, revision: 7, eventId: "0b9d1b1e-0000-5000-8000-000000000001" },
      { payer: BAKER, revision: 5, eventId: "0b9d1b1e-0000-5000-8000-000000000002" },
    ];

    it("keeps the last record in both places", async () => {
      const witness = new DurableWitness(pool, { name: "wallet-1", folder: join(folder, "chain") });
      expect(await witness.read()).to.deep.equal([]);
      await witness.write(first);
      expect(await witness.read()).to.deep.equal([first, first]);
      await witness.write(second);
      expect(await witness.read()).to.deep.equal([second, second]);
      expect(await readdir(join(folder, "chain"))).to.deep.equal(["witness"]);
      expect(JSON.parse(await readFile(join(folder, "chain/witness"), "utf8"))).to.deep.equal(second);
    });

    it("answers the copy that outlived the other", async () => {
      const witness = new DurableWitness(pool, { name: "wallet-2", folder });
      await witness.write(first);
      await pool.query("DELETE FROM ops.witness WHERE name = 'wallet-2'");
      expect(await witness.read()).to.deep.equal([first]);
      await witness.write(second);
      await rm(join(folder, "witness"));
      expect(await witness.read()).to.deep.equal([second]);
    });

    it("is not passed over when its file is damaged or cannot be read", async () => {
      const witness = new DurableWitness(pool, { name: "wallet-4", folder });
      const file = join(folder, "witness");
      for (const damaged of ['{"revision": 7', "", '{"revision": "7"}']) {
        await writeFile(file, damaged);
        expect(await failure(witness.read()))
          .to.be.instanceOf(StoreUnavailable)
          .with.property("message")
          .that.includes(`${file} is damaged`);
      }
      await rm(file);
      await mkdir(file);
      expect(await failure(witness.read()))
        .to.be.instanceOf(StoreUnavailable)
        .with.property("message")
        .that.includes("EISDIR");
      await rm(file, { recursive: true });
      expect(await witness.read()).to.deep.equal([]);
    });

    it("answers a record of before wallets were written down", async () => {
      const { payer: _payer, ...old } = first;
      await writeFile(join(folder, "witness"), JSON.stringify(old));
      const witness = new DurableWitness(pool, { name: "wallet-5", folder });
      expect(await witness.read()).to.deep.equal([{ ...old, payer: null }]);
    });

    it("is not written when one copy cannot be", async () => {
      const nowhere = unreachable();
      const witness = new DurableWitness(nowhere, { name: "wallet-3", folder });
      expect(await failure(witness.write(first))).to.be.instanceOf(StoreUnavailable);
      await endPool(nowhere);
      await writeFile(join(folder, "file"), "");
      const blocked = new DurableWitness(pool, { name: "wallet-3", folder: join(folder, "file/sub") });
      expect(await failure(blocked.write(first))).to.have.property("code", "ENOTDIR");
    });
  });

  describe("the identity", () => {
    it("is the same for every connection, and another one for another database", async () => {
      const identity = await installationIdentity(pool);
      expect(identity.systemIdentifier).to.match(/^[1-9]\d+$/);
      expect(identity.timeline).to.equal(1);
      expect(identity.databaseOid).to.be.a("number").greaterThan(0);
      expect(await installationIdentity(pool)).to.deep.equal(identity);

      const elsewhere = await freshDatabase();
      const other = createPool({ url: elsewhere.url, applicationName: "x" });
      const { databaseOid, ...same } = await installationIdentity(other);
      expect(databaseOid).not.to.equal(identity.databaseOid);
      expect(same).to.deep.equal({ systemIdentifier: identity.systemIdentifier, timeline: 1 });
      await endPool(other);
      await elsewhere.drop();
    });

    it("can be read by a role without any right", async () => {
      await pool.query("CREATE ROLE plain LOGIN");
      const plain = createPool({ url: database.url.replace("taps@", "plain@"), applicationName: "x" });
      expect(await installationIdentity(plain)).to.deep.equal(await installationIdentity(pool));
      await endPool(plain);
      await pool.query("DROP ROLE plain");
    });

    it("comes with a word about settings that lose commits", async () => {
      expect(await unsafeSettings(pool)).to.deep.equal([]);
      const careless = createPool({
        url: `${database.url}&options=-c%20synchronous_commit%3Doff`,
        applicationName: "x",
      });
      expect(await unsafeSettings(careless)).to.deep.equal(["synchronous_commit"]);
      await endPool(careless);
    });
  });

  it("keeps wallet records as they are, by address", async () => {
    const [one, other] = [
      "tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb" as TzAddress,
      "tz1aSkwEot3L2kmUvcoxzjMomb9mvBNuzFK6" as TzAddress,
    ];
    const wallets = new PostgresWalletStore(pool);
    expect(await wallets.load(one)).to.equal(undefined);
    await wallets.save(one, { nonce: "00", box: "ab" });
    await wallets.save(other, { nonce: "01", box: "cd" });
    await wallets.save(one, { nonce: "02", box: "ef" });
    expect(await wallets.load(one)).to.deep.equal({ nonce: "02", box: "ef" });
    expect(await wallets.addresses()).to.deep.equal([one, other]);
    await wallets.remove(one);
    expect(await wallets.addresses()).to.deep.equal([other]);
  });

  it("commits a transaction as a whole, rolls it back on an error, and survives a broken connection", async () => {
    await transact(pool, (session) => session.query("INSERT INTO ops.wallet VALUES ('t1', '{}')"));
    const refused = transact(pool, async (session) => {
      await session.query("INSERT INTO ops.wallet VALUES ('t2', '{}')");
      throw new RangeError("no");
    });
    expect(await failure(refused)).to.be.instanceOf(RangeError);
    const broken = transact(pool, async (session) => {
      await session.query("INSERT INTO ops.wallet VALUES ('t3', '{}')");
      const { rows } = await session.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      await pool.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
      await session.query("SELECT 1");
    });
    expect(await failure(broken)).to.be.instanceOf(Error);
    const { rows } = await pool.query<{ address: string }>(
      "SELECT address FROM ops.wallet WHERE address LIKE 't_' ORDER BY address",
    );
    expect(rows).to.deep.equal([{ address: "t1" }]);
  });
});
