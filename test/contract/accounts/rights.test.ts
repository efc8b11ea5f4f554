import { expect } from "chai";
import { type Pool } from "pg";
import { createApiToken, revokeApiToken } from "../../../src/application/accounts/api-tokens.js";
import { authenticate } from "../../../src/application/accounts/authenticate.js";
import { changePassword, login } from "../../../src/application/accounts/login.js";
import { logout, refresh } from "../../../src/application/accounts/refresh.js";
import { setDisabled, setPassword, setRole } from "../../../src/application/accounts/users.js";
import { migrate } from "../../../src/infrastructure/postgres/migrate.js";
import { createPool, endPool } from "../../../src/infrastructure/postgres/pool.js";
import { accountsOver, addOperator, done, PASSWORD } from "../../support/accounts.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { ManualClock } from "../../support/world/manual-clock.js";

const ANOTHER = "another horse, another staple";
const HOME = "192.0.2.1";

describe("a role that does not migrate", () => {
  let database: TestDatabase;
  let admin: Pool;
  let app: Pool;
  before(async () => {
    database = await freshDatabase();
    admin = createPool({ url: database.url, applicationName: "admin" });
    await admin.query("CREATE ROLE accounts_app LOGIN; CREATE ROLE accounts_stranger LOGIN");
    await migrate(database.url, { grantTo: "accounts_app" });
    app = createPool({ url: database.url.replace("taps@", "accounts_app@"), applicationName: "app" });
  });
  after(async () => {
    await endPool(app);
    await admin.query("DROP OWNED BY accounts_app; DROP ROLE accounts_app; DROP ROLE accounts_stranger");
    await endPool(admin);
    await database.drop();
  });

  it("does all that accounts need", async () => {
    const clock = new ManualClock(Date.UTC(2026, 0, 1));
    const accounts = accountsOver(app, clock);
    await addOperator(accounts, "alice");
    const enter = (password: string) => login(accounts, { name: "alice", password, address: HOME });
    await enter("wrong");
    const tokens = done(await enter(PASSWORD));
    const { user, by } = done(await authenticate(accounts, tokens.accessToken));
    if (user === null || !("session" in by)) throw new Error("no session");
    const own = { account: user.id, session: by.session, current: PASSWORD, next: ANOTHER, address: HOME };
    expect(await changePassword(accounts, own)).to.deep.equal({ changed: true });
    const next = done(await refresh(accounts, tokens.refreshToken));
    clock.advance(60_000);
    expect(await refresh(accounts, tokens.refreshToken)).to.deep.equal({ refused: "reused" });
    await logout(accounts, next.refreshToken);
    const wish = { name: "a", scopes: ["read"], user: "alice", days: 1 } as const;
    const { token, secret } = done(await createApiToken(accounts, wish));
    done(await authenticate(accounts, secret));
    expect(await revokeApiToken(accounts, token.id)).to.deep.equal({ revoked: true });
    done(await setPassword(accounts, "alice", PASSWORD));
    done(await setRole(accounts, "alice", "admin"));
    done(await setDisabled(accounts, "alice", true));
    done(await setDisabled(accounts, "alice", false));
    clock.advance(40 * 24 * 60 * 60_000);
    done(await enter(PASSWORD));
    expect((await admin.query("SELECT FROM ops.session")).rowCount).to.equal(1);
  });

  it("removes no account and no API token, and makes no token another's or good for more", async () => {
    for (const attack of [
      "DELETE FROM ops.account",
      "TRUNCATE ops.account CASCADE",
      "DELETE FROM ops.api_token",
      "UPDATE ops.api_token SET scopes = '{read,operate,admin}'",
      "UPDATE ops.api_token SET account_id = NULL",
      "UPDATE ops.api_token SET hash = hash",
      "UPDATE ops.api_token SET expires_at = 'infinity'",
      "UPDATE ops.refresh_token SET session_id = session_id",
      "UPDATE ops.refresh_token SET expires_at = 'infinity'",
      "UPDATE ops.session SET account_id = account_id",
      "UPDATE ops.session SET expires_at = 'infinity'",
      "ALTER TABLE ops.account DROP CONSTRAINT account_role_check",
    ])
      expect(await app.query(attack).catch((error: unknown) => error), attack).to.have.property(
        "code",
        "42501",
      );
  });

  it("is the only one that sees anything of it, beside who migrates", async () => {
    const stranger = createPool({
      url: database.url.replace("taps@", "accounts_stranger@"),
      applicationName: "stranger",
    });
    for (const table of [
      "account",
      "session",
      "refresh_token",
      "api_token",
      "login_failures",
      "login_address",
    ])
      expect(
        await stranger.query(`SELECT FROM ops.${table}`).catch((error: unknown) => error),
      ).to.have.property("code", "42501");
    await endPool(stranger);
  });

  it("is held by the schema to roles, scopes, hashes and names that there are", async () => {
    const account = (name: string, hash: string, role: string): string =>
      `INSERT INTO ops.account (id, name, password_hash, role, created_at, changed_at)
       VALUES (gen_random_uuid(), '${name}', '${hash}', '${role}', now(), now())`;
    const token = (scopes: string, hash = "0".repeat(64)): string =>
      `INSERT INTO ops.api_token (id, name, hash, scopes, created_at, expires_at)
       VALUES (gen_random_uuid(), 'a', '${hash}', '${scopes}', now(), now())`;
    for (const [statement, code] of [
      [account("bob", "$argon2id$", "root"), "23514"],
      [account("bob", PASSWORD, "viewer"), "23514"],
      [account("b b", "$argon2id$", "viewer"), "23514"],
      [account("ALICE", "$argon2id$", "viewer"), "23505"],
      [token("{}"), "23514"],
      [token("{root}"), "23514"],
      [token("{read}", "a secret"), "23514"],
    ] as const)
      expect(await app.query(statement).catch((error: unknown) => error), statement).to.have.property(
        "code",
        code,
      );
  });
});
