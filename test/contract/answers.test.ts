// Answers kept by key, in a real PostgreSQL: one process among many that ask the same at once carries it out.
import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { type Pool } from "pg";
import { type AskedOnce } from "../../src/application/ports/answers.js";
import { PostgresAnswers } from "../../src/infrastructure/postgres/answers.js";
import { createPool, endPool } from "../../src/infrastructure/postgres/pool.js";
import { once } from "../../src/api/idempotency.js";
import { Problem } from "../../src/api/problem.js";
import { ManualClock } from "../support/world/manual-clock.js";
import { freshDatabase, type TestDatabase } from "../support/postgres.js";

const NOW = new Date(Date.UTC(2026, 0, 1));
const later = (ms: number): Date => new Date(NOW.getTime() + ms);

describe("kept answers", () => {
  let database: TestDatabase;
  let pool: Pool;
  let answers: PostgresAnswers;
  let asked: AskedOnce;
  before(async () => {
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "answers" });
    answers = new PostgresAnswers(pool);
  });
  beforeEach(() => {
    asked = { caller: randomUUID(), key: "k", request: "a".repeat(64) };
  });
  after(async () => {
    await endPool(pool);
    await database.drop();
  });
  const claim = (what = asked, at = NOW) => answers.claim(what, at, new Date(at.getTime() + 1_000));
  const claimed = async (what = asked, at = NOW): Promise<string> => {
    const found = await claim(what, at);
    if (found.is !== "claimed") throw new Error(found.is);
    return found.claim;
  };

  it("gives a claim to one of many who ask at once, and its answer to all who ask afterwards", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => claim()));
    const [mine, ...others] = all.filter(({ is }) => is === "claimed");
    expect([others, all.filter(({ is }) => is === "under-way").length]).to.deep.equal([[], 19]);
    await answers.keep(mine?.is === "claimed" ? mine.claim : "", "done");
    expect(await claim()).to.deep.equal({ is: "answered", answer: "done" });
    expect(await claim(asked, later(1_000_000))).to.deep.equal({ is: "answered", answer: "done" });
  });

  it("takes a key for one request only, and each caller has keys of their own", async () => {
    await answers.keep(await claimed(), "done");
    expect(await claim({ ...asked, request: "b".repeat(64) })).to.deep.equal({ is: "reused" });
    expect((await claim({ ...asked, caller: randomUUID() })).is).to.equal("claimed");
  });

  it("lets a claim be taken over when its time is up; who had it keeps nothing afterwards", async () => {
    const dead = await claimed();
    expect(await claim(asked, later(999))).to.deep.equal({ is: "under-way" });
    const next = await claimed(asked, later(1_000));
    await answers.keep(dead, "too late");
    expect(await claim(asked, later(1_001))).to.deep.equal({ is: "under-way" });
    await answers.keep(next, "done");
    await answers.keep(next, "again");
    await answers.drop(next);
    expect(await claim()).to.deep.equal({ is: "answered", answer: "done" });
  });

  it("frees a key whose claim is dropped, and forgets what is old", async () => {
    await answers.drop(await claimed());
    await answers.keep(await claimed({ ...asked, request: "b".repeat(64) }), "done");
    await answers.forget(NOW);
    expect((await claim({ ...asked, request: "b".repeat(64) })).is).to.equal("answered");
    await answers.forget(later(1));
    expect((await claim()).is).to.equal("claimed");
  });

  it("are not asked for anew when what was carried out could not be written down", async () => {
    const down = new Error("the database is down");
    const failing = Object.assign(new PostgresAnswers(pool), { keep: () => Promise.reject(down) });
    const clock = new ManualClock(NOW.getTime());
    let times = 0;
    const work = async () => `done ${(times += 1)}`;
    const told = await once({ answers: failing, clock }, asked, work).catch((error: unknown) => error);
    expect(told).to.equal(down);
    const again = await once({ answers, clock }, asked, work).catch((error: unknown) => error);
    expect([again instanceof Problem && again.type, times]).to.deep.equal(["idempotency-key-in-use", 1]);
    clock.advance(120_000);
    expect(await once({ answers, clock }, asked, work)).to.deep.equal({ answer: "done 2", again: false });
  });
});
