import { expect } from "chai";
import { authenticate } from "../../../src/application/accounts/authenticate.js";
import { login } from "../../../src/application/accounts/login.js";
import { logout, refresh } from "../../../src/application/accounts/refresh.js";
import { setPassword } from "../../../src/application/accounts/users.js";
import {
  type AccountsOnPostgres,
  addOperator,
  done,
  isDone,
  openAccounts,
  PASSWORD,
} from "../../support/accounts.js";

const DAY = 24 * 60 * 60_000;
const GRACE = 10_000;

describe("refresh tokens", () => {
  let accounts: AccountsOnPostgres;
  beforeEach(async () => {
    accounts = await openAccounts();
    await addOperator(accounts, "alice");
  });
  afterEach(() => accounts.close());

  const enter = async () =>
    done(await login(accounts, { name: "alice", password: PASSWORD, address: "192.0.2.1" }));
  const again = (token: string) => refresh(accounts, token);
  const refused = (why: string) => ({ refused: why });
  const endings = async () =>
    (
      await accounts.pool.query<{ why: string | null }>("SELECT revoked_for AS why FROM ops.session")
    ).rows.map(({ why }) => why);

  it("are shown once each for the next pair of the same session", async () => {
    const first = await enter();
    const second = done(await again(first.refreshToken));
    const third = done(await again(second.refreshToken));
    const secrets = [first, second, third].map(({ refreshToken }) => refreshToken);
    expect(new Set(secrets).size).to.equal(3);
    const whose = await Promise.all(
      [first, second, third].map(({ accessToken }) => authenticate(accounts, accessToken)),
    );
    expect(whose[1]).to.deep.equal(whose[0]);
    expect(whose[2]).to.deep.equal(whose[0]);
  });

  it("that are shown again end the session, for thief and owner", async () => {
    const stolen = await enter();
    const other = await enter();
    const owners = done(await again(stolen.refreshToken));
    accounts.clock.advance(GRACE + 1);
    expect(await again(stolen.refreshToken)).to.deep.equal(refused("reused"));
    expect(await again(owners.refreshToken)).to.deep.equal(refused("revoked"));
    expect(await again(stolen.refreshToken)).to.deep.equal(refused("revoked"));
    for (const { accessToken } of [stolen, owners])
      expect(await authenticate(accounts, accessToken)).to.deep.equal(refused("revoked"));
    expect((await endings()).sort()).to.deep.equal([null, "reuse"].sort());
    done(await again(other.refreshToken));
  });

  it("of long ago that are shown again end the session too", async () => {
    const first = await enter();
    let last = first;
    for (let day = 0; day < 5; day += 1) {
      accounts.clock.advance(DAY);
      last = done(await again(last.refreshToken));
    }
    accounts.clock.advance(5 * DAY);
    // Its own time is over, and still it tells of a thief.
    expect(await again(first.refreshToken)).to.deep.equal(refused("reused"));
    expect(await again(last.refreshToken)).to.deep.equal(refused("revoked"));
  });

  it("shown by many at the same moment are taken from one, and the session lives on", async () => {
    const { refreshToken } = await enter();
    const all = await Promise.all(
      Array.from({ length: 20 }, () => refresh(accounts.another(), refreshToken)),
    );
    expect(all.filter((outcome) => !isDone(outcome))).to.deep.equal(
      Array<unknown>(19).fill(refused("superseded")),
    );
    const [winner] = all.filter(isDone);
    if (winner === undefined) throw new Error("nobody won");
    accounts.clock.advance(GRACE);
    expect(await again(refreshToken)).to.deep.equal(refused("superseded"));
    done(await again(winner.refreshToken));
  });

  it("shown by many at the same moment after their use end the session once", async () => {
    const { refreshToken } = await enter();
    await again(refreshToken);
    accounts.clock.advance(GRACE + 1);
    const all = await Promise.all(Array.from({ length: 10 }, () => again(refreshToken)));
    expect(all.filter((outcome) => !isDone(outcome) && outcome.refused === "reused")).to.have.length(1);
    expect(all.filter((outcome) => !isDone(outcome) && outcome.refused === "revoked")).to.have.length(9);
  });

  it("shown while the password is changed give nothing that lives on", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { refreshToken } = await enter();
      const [outcome] = await Promise.all([again(refreshToken), setPassword(accounts, "alice", PASSWORD)]);
      const next = isDone(outcome) ? await again(outcome.refreshToken) : outcome;
      expect(next).to.deep.equal(refused("revoked"));
    }
  });

  it("expire after seven days, and the session after thirty, however often it was renewed", async () => {
    const idle = await enter();
    accounts.clock.advance(7 * DAY);
    expect(await again(idle.refreshToken)).to.deep.equal(refused("expired"));
    let busy = await enter();
    for (let day = 6; day < 30; day += 6) {
      accounts.clock.advance(6 * DAY);
      busy = done(await again(busy.refreshToken));
    }
    accounts.clock.advance(6 * DAY - 1);
    busy = done(await again(busy.refreshToken));
    done(await authenticate(accounts, busy.accessToken));
    accounts.clock.advance(1);
    expect(await again(busy.refreshToken)).to.deep.equal(refused("expired"));
    expect(await authenticate(accounts, busy.accessToken)).to.deep.equal(refused("expired"));
  });

  it("end their session at the logout, by any of them, and tell nothing of unknown ones", async () => {
    const first = await enter();
    const second = done(await again(first.refreshToken));
    await logout(accounts, first.refreshToken);
    await logout(accounts, first.refreshToken);
    expect(await again(second.refreshToken)).to.deep.equal(refused("revoked"));
    expect(await authenticate(accounts, second.accessToken)).to.deep.equal(refused("revoked"));
    expect(await endings()).to.deep.equal(["logout"]);
    await logout(accounts, "taps_refresh_unknown");
    for (const unknown of ["", "taps_refresh_unknown", second.accessToken, "a\0"])
      expect(await again(unknown)).to.deep.equal(refused("unknown"));
  });

  it("are no access tokens", async () => {
    const { refreshToken } = await enter();
    expect(await authenticate(accounts, refreshToken)).to.deep.equal(refused("invalid"));
  });
});
