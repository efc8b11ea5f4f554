// The program as its owner starts it: a user is added beside it, logs in, and asks what was paid.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { EventStream } from "../../support/api/event-stream.js";
import { until } from "../../support/until.js";
import { endOf, type Environment, Running } from "../../support/whole/taps.js";

const PASSWORD = "correct horse battery staple";

describe("taps start with JWT_SECRET", function () {
  this.timeout(120_000);
  let folder: string;
  let env: Environment;
  let running: Running;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-api-"));
    env = {
      TAPS_DATA_DIR: folder,
      JWT_SECRET: "x".repeat(32),
      PORT: "0",
      LOG_LEVEL: "info",
      PUBLIC_API: "on",
    };
    running = Running.start(env, ["start"]);
  });
  after(async () => {
    await running.stop("SIGTERM");
    await rm(folder, { recursive: true });
  });

  it("serves the API to who was added", async () => {
    const [, port] = await running.logs(/"message":"api","port":(\d+)|"port":(\d+).*"message":"api"/);
    const base = `http://127.0.0.1:${port}/api/v1`;
    const added = await endOf(env, ["user", "add", "ann", "--role", "viewer"], PASSWORD);
    expect(added.code, added.err).to.equal(0);
    const opened = await fetch(`${base}/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username: "ann", password: PASSWORD }),
    });
    expect(opened.status).to.equal(200);
    const { accessToken } = (await opened.json()) as { accessToken: string };
    const ask = (path: string) =>
      fetch(`${base}${path}`, { headers: { authorization: `Bearer ${accessToken}` } });
    const heard = await EventStream.open(Number(port), "/events?after=-1&types=CycleSettled", {
      authorization: `Bearer ${accessToken}`,
    });
    await heard.has(1);
    await until(async () => {
      const answer = await ask("/payments?result=paid&limit=1");
      return answer.status === 200 && ((await answer.json()) as { rows: unknown[] }).rows.length === 1;
    });
    expect((await fetch(`${base}/payments`)).status).to.equal(401);
    // Each a line of the log, with its time in UTC.
    await running.logs(/"level":"info","message":"access".*"path":"\/api\/v1\/auth\/login".*"who":"api:ann"/);
    await running.logs(
      /"level":"warn","message":"access".*"path":"\/api\/v1\/payments".*"status":401.*"timestamp":"[^"]*Z"/,
    );
    const status = (await (await ask("/status")).json()) as { head: unknown; wallet: { funds: unknown } };
    expect([status.head, status.wallet.funds]).to.not.include(null);
    const settings = await ask("/settings?asOf=0");
    expect([settings.status, settings.headers.get("etag")]).to.deep.equal([200, '"0"']);
    expect((await ask("/projections")).status).to.equal(200);
    const { rows } = (await (await ask("/payments?result=paid&limit=1")).json()) as {
      rows: readonly { readonly delegator: string }[];
    };
    const shown = await fetch(`${base}/public/delegators/${rows[0]?.delegator}/payments`);
    expect(((await shown.json()) as { rows: unknown[] }).rows).to.have.length.above(0);
    // Ctrl-C is not held up by who listens.
    await Promise.all([running.stop("SIGTERM"), heard.ends()]);
    expect(heard.blocks.at(-1)?.retry).to.equal("1000");
  });
});
