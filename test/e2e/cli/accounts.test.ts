import { expect } from "chai";
import { type Pool } from "pg";
import { createPool, endPool } from "../../../src/infrastructure/postgres/pool.js";
import { emptyDatabase, type TestDatabase } from "../../support/postgres.js";
import { endOf, type Environment } from "../../support/whole/taps.js";
import { endWithin, tapsWithin } from "../../support/whole/within.js";

const PASSWORD = "correct horse battery staple";
const ID = /^[0-9a-f-]{36}$/;

interface Listed {
  readonly id: string;
  readonly name: string;
}

/** Each test goes on where the one before it stopped. */
describe("users and tokens of the API through the command line", function () {
  this.timeout(30_000);
  let database: TestDatabase;
  let pool: Pool;
  let env: Environment;

  const ended = (...args: string[]) => endWithin(env, args);
  const typing = (input: string, ...args: string[]) => endOf(env, args, input);
  const json = async <T>(...args: string[]): Promise<T> =>
    JSON.parse(await tapsWithin(env, [...args, "--json"])) as T;
  const hashes = async () =>
    (await pool.query<{ hash: string }>("SELECT password_hash AS hash FROM ops.account ORDER BY lower(name)"))
      .rows;

  before(async () => {
    database = await emptyDatabase();
    pool = createPool({ url: database.url, applicationName: "accounts-test" });
    env = { DATABASE_URL: database.url };
  });
  after(async () => {
    await endPool(pool);
    await database.drop();
  });

  it("looks at nothing in a database that nobody has used, and sets it up to add a user", async () => {
    expect((await ended("user", "list")).code).to.equal(1);
    expect(await typing(`${PASSWORD}\n`, "user", "add", "alice", "--role", "operator")).to.deep.equal({
      code: 0,
      out: "",
      err: "alice is added\n",
    });
    expect(await hashes()).to.have.length(1);
  });

  it("reads the password from standard input alone, and shows it nowhere", async () => {
    const added = await typing(PASSWORD, "user", "add", "Bob", "--role", "viewer", "--json");
    expect(added).to.include({ code: 0, err: "Bob is added\n" });
    const bob = JSON.parse(added.out) as Record<string, unknown>;
    expect(Object.keys(bob)).to.deep.equal(["id", "name", "role", "disabled", "createdAt", "changedAt"]);
    expect(bob).to.include({ name: "Bob", role: "viewer", disabled: false });
    const asArgument = await typing("", "user", "add", "carol", PASSWORD, "--role", "viewer");
    expect(asArgument).to.include({ code: 2, out: "" });
    for (const { hash } of await hashes()) expect(hash).to.match(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  it("lists users, and refuses what makes none", async () => {
    expect(await tapsWithin(env, ["user", "list"])).to.equal(
      "alice                    operator\nBob                      viewer\n",
    );
    const { users } = await json<{ users: Listed[] }>("user", "list");
    expect(users.map(({ name }) => name)).to.deep.equal(["alice", "Bob"]);
    for (const [input, name, role, code, problem] of [
      [
        PASSWORD,
        "ALICE",
        "viewer",
        3,
        "there is a user of this name; upper and lower case make no difference\n",
      ],
      [PASSWORD, "a b", "viewer", 3, "a name has up to 64 letters"],
      ["short\n", "carol", "viewer", 3, "a password has at least 15 characters: several words are fine\n"],
      ["", "carol", "viewer", 3, "a password has at least 15 characters"],
      [`${PASSWORD}\n${PASSWORD}\n`, "carol", "viewer", 2, "a password is one line\n"],
      [PASSWORD, "carol", "root", 2, "Allowed choices are viewer, operator, admin."],
    ] as const) {
      const { err, ...end } = await typing(input, "user", "add", name, "--role", role);
      expect(end, problem).to.deep.equal({ code, out: "" });
      expect(err).to.include(problem).and.not.include(PASSWORD);
    }
    expect(await json("user", "list")).to.deep.equal({ users });
  });

  it("changes a user's password, role and whether it may log in", async () => {
    const [before] = await hashes();
    expect(await typing(`another ${PASSWORD}\r\n`, "user", "set-password", "Alice")).to.deep.equal({
      code: 0,
      out: "",
      err: "alice has a new password; its sessions are ended\n",
    });
    expect((await hashes())[0]).to.not.deep.equal(before);
    expect(await ended("user", "set-role", "alice", "admin")).to.include({
      code: 0,
      err: "alice is admin\n",
    });
    expect(await ended("user", "disable", "alice")).to.include({ code: 0, err: "alice is kept out\n" });
    expect(await tapsWithin(env, ["user", "list"])).to.match(/^alice +admin +disabled\n/);
    expect(await json("user", "enable", "alice")).to.include({ role: "admin", disabled: false });
    const nobody = { code: 3, out: "", err: 'there is no user of this name: see "taps user list"\n' };
    expect(await ended("user", "set-role", "carol", "admin")).to.deep.equal(nobody);
    expect(await ended("user", "disable", "carol")).to.deep.equal(nobody);
    expect(await typing(PASSWORD, "user", "set-password", "carol")).to.deep.equal(nobody);
    const { code, err } = await ended("user", "set-role", "alice", "root");
    expect({ code, err }).to.have.property("code", 2);
    expect(err).to.include("one of viewer, operator, admin.");
  });

  it("makes tokens, prints each once, lists and revokes them", async () => {
    expect(await tapsWithin(env, ["token", "list"])).to.equal("there are no tokens\n");
    const created = await ended("token", "create", "the dashboard", "--scopes", "read");
    expect(created.code).to.equal(0);
    expect(created.out).to.match(/^taps_api_[A-Za-z0-9_-]{43}\n$/);
    expect(created.err).to.match(
      /^[0-9a-f-]{36} is good until \d{4}-\d\d-\d\d; the token is not shown again\n$/,
    );
    type Shown = Record<"id" | "createdAt" | "expiresAt" | "secret", string>;
    const { id, secret, createdAt, expiresAt, ...rest } = await json<Shown>(
      ...["token", "create", "deploy", "--scopes", "operate", "--user", "ALICE", "--days", "7"],
    );
    expect(id).to.match(ID);
    expect(secret).to.match(/^taps_api_/);
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).to.equal(7 * 24 * 60 * 60_000);
    expect(rest).to.deep.equal({
      name: "deploy",
      scopes: ["read", "operate"],
      lastUsedAt: null,
      revokedAt: null,
      user: "alice",
    });
    const listed = await tapsWithin(env, ["token", "list"]);
    expect(listed.split("\n").map((line) => line.slice(38))).to.deep.equal([
      `deploy  alice  read,operate  until ${expiresAt.slice(0, 10)}  never used`,
      `the dashboard  nobody's  read  until ${/until (\S+);/.exec(created.err)?.[1]}  never used`,
      "",
    ]);
    expect(listed).to.not.include(secret).and.not.include(created.out.trim());
    expect(await ended("token", "revoke", id)).to.deep.equal({ code: 0, out: "", err: `${id} is revoked\n` });
    const { tokens } = await json<{ tokens: readonly Record<string, unknown>[] }>("token", "list");
    expect(tokens.map(({ name, revokedAt }) => [name, revokedAt !== null])).to.deep.equal([
      ["deploy", true],
      ["the dashboard", false],
    ]);
    expect(JSON.stringify(tokens)).to.not.include("argon2").and.not.include("taps_api_");
  });

  it("refuses tokens that may do more than their user, and wishes that make no sense", async () => {
    for (const [args, code, problem] of [
      [["--scopes", "operate", "--user", "Bob"], 3, "a user's token may do no more than the user's role"],
      [["--scopes", "read", "--user", "carol"], 3, "there is no user of this name"],
      [["--scopes", "read", "--days", "367"], 3, "a token lives for 1 to 366 days"],
      [["--scopes", "read", "--days", "0"], 2, "a whole number of days, 1 to 366."],
      [["--scopes", "read,root"], 2, "some of read, operate, admin, joined by commas."],
      [["--scopes", ""], 2, "some of read, operate, admin, joined by commas."],
      [[], 2, "required option '--scopes <list>' not specified"],
    ] as const) {
      const { err, ...end } = await ended("token", "create", "mine", ...args);
      expect(end, problem).to.deep.equal({ code, out: "" });
      expect(err).to.include(problem);
    }
    expect(await ended("token", "revoke", "mine")).to.deep.equal({
      code: 3,
      out: "",
      err: 'there is no token of this id: see "taps token list"\n',
    });
  });
});
