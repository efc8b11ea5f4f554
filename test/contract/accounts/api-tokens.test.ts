import { expect } from "chai";
import {
  createApiToken,
  listApiTokens,
  revokeApiToken,
} from "../../../src/application/accounts/api-tokens.js";
import { authenticate } from "../../../src/application/accounts/authenticate.js";
import { setDisabled, setRole } from "../../../src/application/accounts/users.js";
import { type Account } from "../../../src/application/ports/accounts.js";
import { type AccountsOnPostgres, addOperator, done, openAccounts } from "../../support/accounts.js";

const DAY = 24 * 60 * 60_000;

describe("API tokens", () => {
  let accounts: AccountsOnPostgres;
  let alice: Account;
  beforeEach(async () => {
    accounts = await openAccounts();
    alice = await addOperator(accounts, "alice");
  });
  afterEach(() => accounts.close());

  const wish = { name: "dashboard", scopes: ["operate"], user: "Alice", days: 30 } as const;
  const create = (changes: Partial<Parameters<typeof createApiToken>[1]> = {}) =>
    createApiToken(accounts, { ...wish, ...changes });
  const who = (secret: string) => authenticate(accounts, secret);
  const refused = (why: string) => ({ refused: why });

  it("are used until they expire, by a secret that is shown once", async () => {
    const { token, secret } = done(await create());
    expect(secret).to.match(/^taps_api_[A-Za-z0-9_-]{43}$/);
    const now = accounts.clock.now();
    const expected = {
      id: token.id,
      name: "dashboard",
      scopes: ["read", "operate"],
      account: alice,
      createdAt: now,
      expiresAt: new Date(now.getTime() + 30 * DAY),
      lastUsedAt: null,
      revokedAt: null,
    };
    expect(token).to.deep.equal(expected);
    expect(await listApiTokens(accounts)).to.deep.equal([expected]);
    const principal = {
      user: { id: alice.id, name: "alice" },
      role: "operator",
      scopes: ["read", "operate"],
      by: { apiToken: token.id },
    };
    expect(await who(secret)).to.deep.equal(principal);
    accounts.clock.advance(30 * DAY - 1);
    expect(await who(secret)).to.deep.equal(principal);
    accounts.clock.advance(1);
    expect(await who(secret)).to.deep.equal(refused("expired"));
  });

  it("of nobody are as good as their scopes", async () => {
    const { token, secret } = done(await create({ user: undefined, scopes: ["read"] }));
    expect(token.account).to.equal(null);
    expect(await who(secret)).to.deep.equal({
      user: null,
      role: "viewer",
      scopes: ["read"],
      by: { apiToken: token.id },
    });
  });

  it("of a user may do no more than the user may, then and now", async () => {
    expect(await create({ scopes: ["admin"] })).to.deep.equal(refused("beyond-role"));
    const { secret } = done(await create());
    await setRole(accounts, "alice", "viewer");
    expect(await who(secret)).to.deep.include({ role: "viewer", scopes: ["read"] });
    await setRole(accounts, "alice", "admin");
    expect(await who(secret)).to.deep.include({ role: "operator", scopes: ["read", "operate"] });
    await setDisabled(accounts, "alice", true);
    expect(await who(secret)).to.deep.equal(refused("disabled"));
    expect(await create()).to.deep.equal(refused("user-disabled"));
  });

  it("are revoked at once and for good", async () => {
    const [one, other] = [done(await create()), done(await create())];
    expect(await revokeApiToken(accounts, one.token.id)).to.deep.equal({ revoked: true });
    const at = accounts.clock.now();
    accounts.clock.advance(1_000);
    expect(await revokeApiToken(accounts, one.token.id)).to.deep.equal({ revoked: true });
    expect(await who(one.secret)).to.deep.equal(refused("revoked"));
    done(await who(other.secret));
    const revoked = (await listApiTokens(accounts)).map(({ id, revokedAt }) => [id, revokedAt]);
    expect(Object.fromEntries(revoked)).to.deep.equal({ [one.token.id]: at, [other.token.id]: null });
    for (const unknown of ["", "dashboard", alice.id, `${one.token.id}'`])
      expect(await revokeApiToken(accounts, unknown)).to.deep.equal(refused("no-such-token"));
  });

  it("say when they were last used, to the minute", async () => {
    const { secret } = done(await create());
    const lastUse = async () => (await listApiTokens(accounts))[0]?.lastUsedAt?.getTime();
    const first = accounts.clock.now().getTime();
    await who(secret);
    accounts.clock.advance(59_999);
    await who(secret);
    expect(await lastUse()).to.equal(first);
    accounts.clock.advance(1);
    await who(secret);
    expect(await lastUse()).to.equal(first + 60_000);
  });

  it("are refused when they are unknown, or nearly right", async () => {
    const { token, secret } = done(await create());
    for (const wrong of [
      "taps_api_",
      `${secret}x`,
      secret.slice(0, -1),
      secret.toUpperCase(),
      token.id,
      "",
      "a\0",
    ])
      expect(await who(wrong), wrong).to.deep.equal(refused("invalid"));
  });

  it("are not made of a wish that makes no sense", async () => {
    for (const [changes, why] of [
      [{ name: "" }, "bad-token-name"],
      [{ name: "a\0b" }, "bad-token-name"],
      [{ name: "x".repeat(101) }, "bad-token-name"],
      [{ scopes: [] }, "no-scopes"],
      [{ days: 0 }, "bad-days"],
      [{ days: 1.5 }, "bad-days"],
      [{ days: 367 }, "bad-days"],
      [{ user: "bob" }, "no-such-user"],
    ] as const)
      expect(await create(changes), why).to.deep.equal(refused(why));
    expect(await listApiTokens(accounts)).to.deep.equal([]);
  });
});
