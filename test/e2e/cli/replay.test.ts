import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pg from "pg";
import { type RewardSource } from "../../../src/application/ports/reward-source.js";
import { asCycle, chainId } from "../../../src/domain/identifiers.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { PostgresLog } from "../../../src/infrastructure/eventstore/postgres-log.js";
import { writePast } from "../../bench/past.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { FINISHED, REPLY } from "../../support/replies.js";
import { addressOf, policyOf } from "../../support/rewards.js";
import { type Environment } from "../../support/whole/taps.js";
import { endWithin } from "../../support/whole/within.js";

const BAKER = addressOf(90);
const CHAIN = chainId.parse("NetXdQprcVkpaWU");
/** So many that several threads are worth it. */
const CYCLES = 50;

const source: RewardSource = {
  head: async () => ({ cycle: asCycle(99), level: FINISHED.headLevel, chainId: CHAIN }),
  split: async () => ({ pages: [JSON.stringify({ ...REPLY, cycle: 0 })], ...FINISHED }),
};

describe("replay through the command line", function () {
  this.timeout(60_000);
  let folder: string;
  let database: TestDatabase;
  let env: Environment;

  const query = async (...statements: readonly string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  /** What nobody who runs TAPS may do. */
  const tamper = (change: string): Promise<void> =>
    query("ALTER TABLE log.events DISABLE TRIGGER ALL", change, "ALTER TABLE log.events ENABLE TRIGGER ALL");

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-replay-"));
    database = await freshDatabase();
    const store = new PostgresLog({ url: database.url, applicationName: "test" });
    const identity = { systemIdentifier: "1", timeline: 1, databaseOid: 1 };
    const policy = policyOf({});
    const paid = {
      baker: BAKER,
      payer: addressOf(91),
      chainId: CHAIN,
      blocksPerCycle: 4,
      policy,
      source,
      identity,
    };
    await writePast(new CodedEventLog(store), paid, CYCLES);
    await store.close();
    env = {
      DATABASE_URL: database.url,
      TAPS_DATA_DIR: folder,
      TEZOS_RPC_URL: "http://127.0.0.1:1",
      BAKER,
    };
  });
  after(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  it("needs no node, and finds that all comes out again, cycle by cycle", async () => {
    const { code, out, err } = await endWithin(env, ["replay", "all"]);
    expect([code, out]).to.deep.equal([0, ""]);
    const lines = err.trim().split("\n");
    expect(lines.filter((line) => line.startsWith("cycle "))).to.have.length(CYCLES);
    expect(lines.at(-1)).to.equal("all of it comes out again");
    expect(lines.at(-2)).to.match(
      /^50 cycles, up to position \d+: 100 allocated rows, 100 obligations, 50 batches, 50 signed operations, /,
    );
  });

  it("cannot compare with a chain that does not answer", async () => {
    expect((await endWithin(env, ["replay", "3", "--against-chain"])).code).to.equal(4);
  });

  it("lists each difference with its event, and refuses", async () => {
    const where = `stream = 'reward-${BAKER}_30' AND type = 'DelegatorRewardsAllocated'`;
    await tamper(
      `UPDATE log.events SET data = regexp_replace(data, '"net":"(\\d)', '"net":"9\\1') WHERE ${where}`,
    );
    const { code, out, err } = await endWithin(env, ["replay", "all"]);
    expect(code).to.equal(3);
    expect(out).to.match(
      new RegExp(
        `^cycle 30 tz\\w+: allocated row: net: expected (\\d+), found 9\\1 ` +
          `\\(DelegatorRewardsAllocated, event 2 of reward-${BAKER}_30, position \\d+\\)\n$`,
      ),
    );
    expect(err).to.match(/1 differences: the log does not hold\n$/);
    const { differences } = JSON.parse((await endWithin(env, ["replay", "29..31", "--json"])).out) as {
      readonly differences: readonly object[];
    };
    expect(differences).to.have.length(1);
    expect((await endWithin(env, ["replay", "0..29"])).code).to.equal(0);
  });

  it("names what it could not read", async () => {
    const where = `stream = 'payment-${BAKER}_40' AND type = 'PayoutPlanned'`;
    await tamper(`UPDATE log.events SET data = replace(data, '"plan":1', '"plan":"one"') WHERE ${where}`);
    const { code, out } = await endWithin(env, ["replay", "40"]);
    expect(code).to.equal(4);
    expect(out).to.match(
      /^NOT READ: cycle 40: cannot read event \d+ of payment-\w+_40 \(PayoutPlanned version 2\)/,
    );
  });
});
