import { expect } from "chai";
import { changePassword, login } from "../../../src/application/accounts/login.js";
import { authenticate } from "../../../src/application/accounts/authenticate.js";
import { refresh } from "../../../src/application/accounts/refresh.js";
import { setDisabled, setPassword } from "../../../src/application/accounts/users.js";
import { until } from "../../support/until.js";
import {
  type AccountsOnPostgres,
  addOperator,
  done,
  isDone,
  LIGHT,
  meanwhileVerifying,
  openAccounts,
  PASSWORD,
} from "../../support/accounts.js";

const HOME = "192.0.2.1";
const ELSEWHERE = "198.51.100.7";
const ANOTHER = "another horse, another staple";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe("logins to the API", () => {
  let accounts: AccountsOnPostgres;
  beforeEach(async () => {
    accounts = await openAccounts();
    await addOperator(accounts, "alice");
    accounts.hasher.verified.length = 0;
  });
  afterEach(() => accounts.close());

  const enter = (address: string, password = PASSWORD, name = "alice") =>
    login(accounts, { name, password, address });
  const guess = (address: string, name = "alice") => enter(address, "wrong", name);
  const WRONG = { refused: "wrong-credentials" };
  const throttledFor = (seconds: number) => ({ refused: "throttled", retryAfterMs: seconds * 1_000 });
  /** An address of its own for each. */
  const bot = (i: number): string => `203.0.113.${i}`;
  const failuresOf = async (kind: string) =>
    (
      await accounts.pool.query<{ n: number }>(
        "SELECT failures AS n FROM ops.login_failures WHERE kind = $1 AND failures > 0",
        [kind],
      )
    ).rows.map(({ n }) => n);

  it("open a session for ten minutes, whatever the case of the name", async () => {
    const tokens = done(await enter(HOME, PASSWORD, "ALICE"));
    expect(tokens.accessExpiresAt).to.deep.equal(new Date(accounts.clock.now().getTime() + 10 * MINUTE));
    const principal = done(await authenticate(accounts, tokens.accessToken));
    expect(principal).to.deep.include({ role: "operator", scopes: ["read", "operate"] });
    expect(principal.user).to.include({ name: "alice" });
    accounts.clock.advance(10 * MINUTE - 1);
    done(await authenticate(accounts, tokens.accessToken));
    accounts.clock.advance(1);
    expect(await authenticate(accounts, tokens.accessToken)).to.deep.equal({ refused: "expired" });
  });

  it("do the same work for an unknown name, one that is none, and a disabled account as for a wrong password", async () => {
    await addOperator(accounts, "bob");
    await setDisabled(accounts, "bob", true);
    const works: unknown[] = [];
    done(await enter(ELSEWHERE));
    for (const [name, password] of [
      ["alice", "wrong"],
      ["nobody", "wrong"],
      ["nobody", PASSWORD],
      ["a name\0that is none", "wrong"],
      ["", ""],
      ["bob", "wrong"],
      ["bob", PASSWORD],
    ] as const) {
      const before = [accounts.hasher.verified.length, accounts.hasher.hashed] as const;
      expect(await enter(HOME, password, name), name).to.deep.equal(WRONG);
      works.push([accounts.hasher.verified.slice(before[0]), accounts.hasher.hashed - before[1]]);
    }
    expect(works).to.deep.equal(Array<unknown>(7).fill([["argon2id$v=19$m=8,t=1,p=1"], 0]));
  });

  it("against one account from many addresses are slowed down, and cost no hash while they wait", async () => {
    for (let i = 1; i <= 5; i += 1) expect(await guess(bot(i))).to.deep.equal(WRONG);
    for (const wait of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const hashes = accounts.hasher.verified.length;
      expect(await guess(bot(100 + wait))).to.deep.equal(throttledFor(wait));
      // The right password is not looked at either.
      expect(await enter(bot(100 + wait))).to.deep.equal(throttledFor(wait));
      expect(accounts.hasher.verified.length).to.equal(hashes);
      accounts.clock.advance(wait * 1_000);
      expect(await guess(bot(wait))).to.deep.equal(WRONG);
    }
    // Other accounts are none of that.
    expect(await guess(bot(200), "bob")).to.deep.equal(WRONG);
  });

  it("of names that are nobody's are slowed down as well", async () => {
    for (let i = 1; i <= 5; i += 1) expect(await guess(bot(i), "nobody")).to.deep.equal(WRONG);
    expect(await guess(bot(6), "NOBODY")).to.deep.equal(throttledFor(1));
  });

  it("against many accounts from one address are slowed down, also if one of them is the attacker's own", async () => {
    await addOperator(accounts, "mallory");
    for (let i = 1; i <= 10; i += 1) {
      expect(await guess(ELSEWHERE, `user${i}`)).to.deep.equal(WRONG);
      if (i < 10) done(await enter(ELSEWHERE, PASSWORD, "mallory"));
    }
    expect(await guess(ELSEWHERE, "user11")).to.deep.equal(throttledFor(1));
    expect(await enter(ELSEWHERE, PASSWORD, "mallory")).to.deep.equal(throttledFor(1));
    done(await enter(HOME));
  });

  it("count a /64 of IPv6 as one address", async () => {
    for (let i = 1; i <= 10; i += 1) await guess(`2001:db8::${i}`, `user${i}`);
    expect(await guess("2001:db8::ffff:1", "user11")).to.deep.equal(throttledFor(1));
    expect(await guess("2001:db8:0:1::1", "user11")).to.deep.equal(WRONG);
  });

  it("let the owner in from where they were before, however long strangers go on", async () => {
    done(await enter(HOME));
    for (let hour = 0; hour < 4; hour += 1) {
      for (let i = 1; i <= 12; i += 1) await guess(bot(i));
      expect(await enter(ELSEWHERE)).to.have.property("refused", "throttled");
      accounts.clock.advance(60 * MINUTE);
      for (let i = 1; i <= 12; i += 1) await guess(bot(i));
      // A login forgets what was counted of the account, so each is tried on the whole of it.
      done(await enter(HOME));
    }
    for (let i = 1; i <= 12; i += 1) await guess(bot(i));
    expect(await enter(ELSEWHERE)).to.have.property("refused", "throttled");
    accounts.clock.advance(MINUTE);
    done(await enter(ELSEWHERE));
  });

  it("at the same moment are not more than one after another", async () => {
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => guess(bot(i))));
    expect(
      outcomes.filter((outcome) => "refused" in outcome && outcome.refused === "wrong-credentials"),
    ).to.have.length(5);
    expect(accounts.hasher.verified).to.have.length(5);
    const spread = await Promise.all(Array.from({ length: 40 }, (_, i) => guess(ELSEWHERE, `user${i}`)));
    expect(
      spread.filter((outcome) => "refused" in outcome && outcome.refused === "wrong-credentials"),
    ).to.have.length(10);
  });

  it("that failed are remembered by every process, and after a restart", async () => {
    for (let i = 1; i <= 5; i += 1) await guess(bot(i));
    const restarted = accounts.another();
    const credentials = { name: "alice", password: PASSWORD, address: bot(9) };
    expect(await login(restarted, credentials)).to.deep.equal(throttledFor(1));
    accounts.clock.advance(1_000);
    done(await login(restarted, credentials));
  });

  it("that succeed leave nothing counted, and what is long ago is removed", async () => {
    for (let i = 0; i < 15; i += 1) done(await enter(HOME));
    expect([await failuresOf("account"), await failuresOf("address")]).to.deep.equal([[], []]);
    await guess(bot(1), "nobody");
    accounts.clock.advance(31 * DAY);
    done(await enter(HOME));
    expect([await failuresOf("account"), await failuresOf("address")]).to.deep.equal([[], []]);
    const { rows } = await accounts.pool.query(
      "SELECT (SELECT count(*) FROM ops.session) AS sessions, (SELECT count(*) FROM ops.refresh_token) AS tokens",
    );
    expect(rows).to.deep.equal([{ sessions: 1n, tokens: 1n }]);
    accounts.clock.advance(91 * DAY);
    done(await enter(ELSEWHERE));
    const { rows: known } = await accounts.pool.query("SELECT address FROM ops.login_address");
    expect(known).to.deep.equal([{ address: ELSEWHERE }]);
  });

  it("hash the password anew when the parameters have grown, at the same moment too", async () => {
    const stronger = accounts.another({ ...LIGHT, passes: 2 });
    const credentials = { name: "alice", password: PASSWORD, address: HOME };
    expect(await login(stronger, { ...credentials, password: "wrong" })).to.deep.equal(WRONG);
    const both = await Promise.all([login(stronger, credentials), login(stronger, credentials)]);
    expect(both.map(isDone)).to.deep.equal([true, true]);
    const { passwordHash = "", passwordVersion } = (await accounts.store.byName("alice")) ?? {};
    expect(passwordHash).to.match(/^\$argon2id\$v=19\$m=8,t=2,p=1\$/);
    expect(passwordVersion).to.equal(1);
    stronger.hasher.hashed = 0;
    done(await login(stronger, credentials));
    expect(stronger.hasher.hashed).to.equal(0);
  });

  it("are refused when the password was changed, or the account disabled, while it was verified", async () => {
    for (const meanwhile of [
      () => setPassword(accounts, "alice", ANOTHER),
      () => setDisabled(accounts, "alice", true),
    ]) {
      const hasher = meanwhileVerifying(accounts.hasher, meanwhile);
      await setPassword(accounts, "alice", PASSWORD);
      const credentials = { name: "alice", password: PASSWORD, address: HOME };
      expect(await login({ ...accounts, hasher }, credentials)).to.deep.equal(WRONG);
    }
  });

  it("wait for a new password that is being set, and open no session under the old one", async () => {
    const setting = await accounts.pool.connect();
    await setting.query("BEGIN; UPDATE ops.account SET password_version = password_version + 1");
    let isOver = false;
    const entering = enter(HOME).finally(() => (isOver = true));
    const isWaiting = async () =>
      (
        await accounts.pool.query(
          "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
      ).rowCount === 1;
    await until(async () => isOver || (await isWaiting()));
    await setting.query("COMMIT");
    setting.release();
    expect(await entering).to.deep.equal(WRONG);
  });

  describe("change of one's own password", () => {
    const change = async (accessToken: string, current: string, next = ANOTHER, address = HOME) => {
      const { user, by } = done(await authenticate(accounts, accessToken));
      if (user === null || !("session" in by)) throw new Error("no session");
      return changePassword(accounts, { account: user.id, session: by.session, current, next, address });
    };

    it("ends all sessions but the one that it comes from", async () => {
      const [here, there] = [done(await enter(HOME)), done(await enter(HOME))];
      expect(await change(here.accessToken, PASSWORD)).to.deep.equal({ changed: true });
      expect(await refresh(accounts, there.refreshToken)).to.deep.equal({ refused: "revoked" });
      done(await authenticate(accounts, done(await refresh(accounts, here.refreshToken)).accessToken));
      expect(await enter(HOME)).to.deep.equal(WRONG);
      done(await enter(HOME, ANOTHER));
    });

    it("needs the current one, which can be guessed no faster than at the login", async () => {
      const { accessToken } = done(await enter(HOME));
      for (let i = 1; i <= 5; i += 1)
        expect(await change(accessToken, "wrong", ANOTHER, bot(i))).to.deep.equal(WRONG);
      expect(await change(accessToken, PASSWORD, ANOTHER, bot(6))).to.deep.equal(throttledFor(1));
      expect(await change(accessToken, PASSWORD, "short")).to.deep.equal({ refused: "password-too-short" });
      const expected = { refused: "password-too-expected" };
      expect(await change(accessToken, PASSWORD, "Alice the baker")).to.deep.equal(expected);
      expect(await change(accessToken, PASSWORD)).to.deep.equal({ changed: true });
    });

    it("does not undo another one that came while the current one was verified", async () => {
      const tokens = done(await enter(HOME));
      const { user, by } = done(await authenticate(accounts, tokens.accessToken));
      if (user === null || !("session" in by)) throw new Error("no session");
      const hasher = meanwhileVerifying(accounts.hasher, () => setPassword(accounts, "alice", ANOTHER));
      const own = { account: user.id, session: by.session, current: PASSWORD, address: HOME };
      expect(
        await changePassword({ ...accounts, hasher }, { ...own, next: "one horse and one staple" }),
      ).to.deep.equal(WRONG);
      done(await enter(HOME, ANOTHER));
      expect(await refresh(accounts, tokens.refreshToken)).to.deep.equal({ refused: "revoked" });
    });

    it("is done by one of two at the same moment", async () => {
      const { accessToken } = done(await enter(HOME));
      const next = ["one horse and one staple", "two horses, two staples"];
      const both = await Promise.all(next.map((password) => change(accessToken, PASSWORD, password)));
      expect(both.filter((outcome) => "changed" in outcome)).to.have.length(1);
      expect(both.filter((outcome) => "refused" in outcome)).to.deep.equal([WRONG]);
    });
  });
});
