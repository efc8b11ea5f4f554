import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type Pool } from "pg";
import { type SigningKey, signingKeyText, verifierKeyText } from "../../src/domain/proof/note.js";
import { auditKeyInFile, auditKeySealed, BadAuditKey } from "../../src/infrastructure/audit/audit-key.js";
import { CheckpointFolder } from "../../src/infrastructure/audit/checkpoint-files.js";
import { createPool, endPool } from "../../src/infrastructure/postgres/pool.js";
import { Vault, WrongWalletKey } from "../../src/infrastructure/tezos/signers/vault.js";
import { freshDatabase, type TestDatabase } from "../support/postgres.js";

const NAME = "taps/NetXdQprcVkpaWU/tz1";
const MAKE = { make: true };

const there = (key: SigningKey | undefined): SigningKey => {
  if (key === undefined) throw new Error("there is no key");
  return key;
};
const failure = (work: Promise<unknown>): Promise<unknown> => work.then(undefined, (e: unknown) => e);

describe("the audit key", () => {
  let folder: string;
  let database: TestDatabase;
  let pool: Pool;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-audit-"));
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "audit" });
  });
  afterEach(async () => {
    await endPool(pool);
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const vault = new Vault(randomBytes(32).toString("hex"), "salt");
  const sealed = (name = NAME, over = vault) =>
    auditKeySealed({ pool, vault: over, folder: async () => folder }, name, MAKE);

  it("in a file is made once, whoever needs it first, and is its owner's alone", async () => {
    expect(await auditKeyInFile(folder, NAME, { make: false })).to.equal(undefined);
    const keys = await Promise.all([1, 2, 3].map(() => auditKeyInFile(folder, NAME, MAKE)));
    const texts = new Set(keys.map((key) => signingKeyText(there(key))));
    expect([...texts]).to.deep.equal([await readFile(join(folder, "audit.key"), "utf8")]);
    expect((await stat(join(folder, "audit.key"))).mode & 0o777).to.equal(0o600);
    expect(await readdir(folder)).to.deep.equal(["audit.key"]);
  });

  it("of another log, or that is none, is refused and not replaced", async () => {
    await auditKeyInFile(folder, "taps/another", MAKE);
    expect(await failure(auditKeyInFile(folder, NAME, MAKE))).to.be.instanceOf(BadAuditKey);
    await writeFile(join(folder, "audit.key"), "no key");
    expect(await failure(auditKeyInFile(folder, NAME, MAKE))).to.be.instanceOf(BadAuditKey);
    expect(await readFile(join(folder, "audit.key"), "utf8")).to.equal("no key");
  });

  it("is sealed where the wallet's key is, one for all processes, and opens with the right key alone", async () => {
    const keys = await Promise.all([1, 2, 3].map(() => sealed()));
    expect(new Set(keys.map((key) => signingKeyText(there(key)))).size).to.equal(1);
    const { rows } = await pool.query<{ record: object }>("SELECT record FROM ops.audit_key");
    expect(rows).to.have.length(1);
    expect(JSON.stringify(rows)).to.not.include(there(keys[0]).seed.toString("base64").slice(0, 20));
    expect(await readdir(folder)).to.deep.equal([]);
    const wrong = new Vault(randomBytes(32).toString("hex"), "salt");
    expect(await failure(sealed(NAME, wrong))).to.be.instanceOf(WrongWalletKey);
    await pool.query("UPDATE ops.audit_key SET name = 'taps/another'");
    expect(await failure(sealed("taps/another"))).to.be.instanceOf(WrongWalletKey);
  });

  it("that was in a file is taken over when there is something to seal it with", async () => {
    const before = there(await auditKeyInFile(folder, NAME, MAKE));
    const unmade = await auditKeySealed({ pool, vault, folder: async () => folder }, NAME, { make: false });
    expect(verifierKeyText(there(unmade))).to.equal(verifierKeyText(before));
    expect(await readdir(folder)).to.deep.equal(["audit.key"]);
    expect(verifierKeyText(there(await sealed()))).to.equal(verifierKeyText(before));
    expect(await readdir(folder)).to.deep.equal([]);
    expect(verifierKeyText(there(await sealed()))).to.equal(verifierKeyText(before));
  });

  it("signs checkpoints that are kept as files, the newest under a name of its own", async () => {
    const files = new CheckpointFolder(join(folder, "deep", "checkpoints"));
    await files.write(5, "five");
    await files.write(12, "twelve");
    await files.write(12, "twelve");
    const names = await readdir(join(folder, "deep", "checkpoints"));
    expect(names.sort()).to.deep.equal(["12", "5", "newest"]);
    const read = (name: string) => readFile(join(folder, "deep", "checkpoints", name), "utf8");
    expect(await Promise.all(names.map(read))).to.deep.equal(["twelve", "five", "twelve"]);
  });
});
