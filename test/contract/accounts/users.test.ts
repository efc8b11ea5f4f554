import { expect } from "chai";
import { login } from "../../../src/application/accounts/login.js";
import { refresh } from "../../../src/application/accounts/refresh.js";
import { authenticate } from "../../../src/application/accounts/authenticate.js";
import {
  addUser,
  listUsers,
  setDisabled,
  setPassword,
  setRole,
} from "../../../src/application/accounts/users.js";
import {
  type AccountsOnPostgres,
  addOperator,
  done,
  openAccounts,
  PASSWORD,
} from "../../support/accounts.js";

const HOME = "192.0.2.1";
const ANOTHER = "another horse, another staple";

describe("users of the API", () => {
  let accounts: AccountsOnPostgres;
  beforeEach(async () => (accounts = await openAccounts()));
  afterEach(() => accounts.close());

  const enter = (name: string, password = PASSWORD) => login(accounts, { name, password, address: HOME });
  const WRONG = { refused: "wrong-credentials" };

  it("are added once a name, however its letters are written, and whoever is faster", async () => {
    const add = (name: string) => addUser(accounts, { name, role: "viewer", password: PASSWORD });
    const added = await Promise.all(["Alice", "alice", "ALICE", "aLiCe"].map(add));
    expect(added.filter((outcome) => "refused" in outcome)).to.deep.equal(
      Array<unknown>(3).fill({ refused: "name-taken" }),
    );
    expect(await listUsers(accounts)).to.deep.equal(added.filter((outcome) => !("refused" in outcome)));
    expect(await add("a b")).to.deep.equal({ refused: "bad-name" });
    expect(await addUser(accounts, { name: "bob", role: "viewer", password: "short" })).to.deep.equal({
      refused: "password-too-short",
    });
  });

  it("are listed by name, without what a password is verified with", async () => {
    for (const name of ["carol", "Bob", "alice"]) await addOperator(accounts, name);
    const listed = await listUsers(accounts);
    expect(listed.map(({ name }) => name)).to.deep.equal(["alice", "Bob", "carol"]);
    expect(Object.keys(listed[0] ?? {})).to.deep.equal([
      "id",
      "name",
      "role",
      "disabled",
      "createdAt",
      "changedAt",
    ]);
  });

  it("log in with the whole of a password of 256 characters, exactly as it was given", async () => {
    const password = ` ${"Ab🗝".repeat(84)}é "`;
    expect([...password]).to.have.length(256);
    await addOperator(accounts, "alice");
    done(await setPassword(accounts, "alice", password));
    for (const other of [
      password.slice(0, -1),
      `${password.slice(0, -1)}'`,
      password.trim(),
      password.toLowerCase(),
    ])
      expect(await enter("alice", other)).to.deep.equal(WRONG);
    done(await enter("alice", password));
    const tooExpected = { refused: "password-too-expected" };
    expect(await setPassword(accounts, "alice", "alice.tezos.2026")).to.deep.equal(tooExpected);
    const bob = { name: "bob", role: "viewer", password: "bob bob bob bob 1" } as const;
    expect(await addUser(accounts, bob)).to.deep.equal(tooExpected);
  });

  it("get a new password, under which alone they log in, and which ends their sessions", async () => {
    await addOperator(accounts, "alice");
    await addOperator(accounts, "bob");
    const [alice, bob] = [done(await enter("alice")), done(await enter("bob"))];
    accounts.clock.advance(1_000);
    expect(await setPassword(accounts, "ALICE", ANOTHER)).to.have.deep.property(
      "changedAt",
      accounts.clock.now(),
    );
    expect(await enter("alice")).to.deep.equal(WRONG);
    done(await enter("alice", ANOTHER));
    expect(await refresh(accounts, alice.refreshToken)).to.deep.equal({ refused: "revoked" });
    expect(await authenticate(accounts, alice.accessToken)).to.deep.equal({ refused: "revoked" });
    done(await refresh(accounts, bob.refreshToken));
    expect(await setPassword(accounts, "alice", "short")).to.deep.equal({ refused: "password-too-short" });
    for (const nobody of ["carol", "", "a\0"])
      expect(await setPassword(accounts, nobody, ANOTHER)).to.deep.equal({ refused: "no-such-user" });
  });

  it("get another role, which holds at once for those who are logged in", async () => {
    const { id } = await addOperator(accounts, "alice");
    const { accessToken } = done(await enter("alice"));
    expect(await setRole(accounts, "alice", "viewer")).to.include({ name: "alice", role: "viewer" });
    const principal = done(await authenticate(accounts, accessToken));
    expect(principal).to.deep.include({ user: { id, name: "alice" }, role: "viewer", scopes: ["read"] });
    expect(await setRole(accounts, "bob", "admin")).to.deep.equal({ refused: "no-such-user" });
  });

  it("that are disabled are out at once, and told nothing; enabled, they log in anew", async () => {
    await addOperator(accounts, "alice");
    const { accessToken, refreshToken } = done(await enter("alice"));
    expect(await setDisabled(accounts, "alice", true)).to.include({ disabled: true });
    expect(await enter("alice")).to.deep.equal(WRONG);
    expect(await authenticate(accounts, accessToken)).to.deep.equal({ refused: "disabled" });
    expect(await refresh(accounts, refreshToken)).to.deep.equal({ refused: "revoked" });
    expect(await setDisabled(accounts, "alice", false)).to.include({ disabled: false });
    expect(await refresh(accounts, refreshToken)).to.deep.equal({ refused: "revoked" });
    expect(await authenticate(accounts, accessToken)).to.deep.equal({ refused: "revoked" });
    done(await enter("alice"));
    expect(await setDisabled(accounts, "bob", true)).to.deep.equal({ refused: "no-such-user" });
  });

  it("keep nothing in the database that a password or a token can be read from", async () => {
    await addOperator(accounts, "alice");
    const { refreshToken } = done(await enter("alice"));
    await enter(ANOTHER, ANOTHER);
    const { rows } = await accounts.pool.query<{ all: string }>(
      `SELECT query_to_xml('SELECT * FROM ops.' || table_name, true, false, '')::text AS all
       FROM information_schema.tables WHERE table_schema = 'ops'`,
    );
    const kept = rows.map((row) => row.all).join("\n");
    expect(kept).to.include("<name>alice</name>").and.include("$argon2id$");
    for (const secret of [PASSWORD, ANOTHER, refreshToken, refreshToken.slice("taps_refresh_".length)])
      expect(kept).to.not.include(secret);
  });
});
