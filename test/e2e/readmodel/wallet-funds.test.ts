import { expect } from "chai";
import type pg from "pg";
import { ChainUnavailable } from "../../../src/application/ports/chain.js";
import { createPool, endPool, transact as transactIn } from "../../../src/infrastructure/postgres/pool.js";
import { type Transact } from "../../../src/readmodel/database.js";
import { spending } from "../../../src/readmodel/queries/wallet.js";
import { WalletFunds } from "../../../src/readmodel/queries/wallet-funds.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { walletProjection } from "../../../projections/wallet.js";
import { modelGenesis } from "../../support/chain-model.js";
import { PAYER, payoutsOf } from "../../support/payouts.js";
import { freshDatabase, type TestDatabase } from "../../support/postgres.js";
import { referenceChain, referenceDelegators } from "../../support/world/scenario.js";
import { World } from "../../support/world/world.js";

const BALANCE = 100_000n;

describe("what the wallet holds", function () {
  this.timeout(20_000);
  let database: TestDatabase;
  let pool: pg.Pool;
  const transact: Transact = (work) => transactIn(pool, work);

  before(async () => {
    database = await freshDatabase();
    pool = createPool({ url: database.url, applicationName: "test" });
    const cycles = Array.from({ length: 12 }, (_, n) => 195 + n);
    const { events } = payoutsOf({ seed: 1, cycles, delegators: 5, batchSize: 3 });
    const last = events.at(-1);
    if (last === undefined) throw new Error("nothing happened");
    const store = new ProjectionStore(transact, walletProjection);
    const changes = events.flatMap((event) => walletProjection.apply(event));
    expect(await store.commit(await store.open("store-a"), last, changes)).to.equal(true);
  });
  after(async () => {
    await endPool(pool);
    await database.drop();
  });

  /** A chain that counts how often it is asked, and answers or not. */
  const nodeOf = () => {
    const { accounts, rules } = referenceChain;
    const genesis = modelGenesis({ rules, accounts: [...accounts, { address: PAYER, balance: BALANCE }] });
    const world = new World({ delegators: referenceDelegators, genesis });
    const node = { asked: 0, answers: true };
    const chain = new Proxy(world.chain, {
      get: (target, name): unknown => {
        if (name !== "head") return Reflect.get(target, name, target);
        node.asked += 1;
        return node.answers ? target.head.bind(target) : () => Promise.reject(new ChainUnavailable("away"));
      },
    });
    return { world, node, funds: new WalletFunds(transact, chain, world.clock) };
  };

  it("is asked of a node once for a while, and kept with its level and time", async () => {
    const { world, node, funds } = nodeOf();
    const asked = await Promise.all([funds.of(PAYER), funds.of(PAYER)]);
    const at = world.clock.now();
    const balance = { balance: BALANCE, level: world.model.head.level, askedAt: at, isOld: false };
    for (const { value } of asked) expect(value.balance).to.deep.equal(balance);
    world.clock.advance(4_999);
    expect((await funds.of(PAYER)).value.balance).to.deep.equal(balance);
    expect(node.asked).to.equal(1);
    world.bake();
    const later = { ...balance, level: world.model.head.level, askedAt: world.clock.now() };
    expect((await funds.of(PAYER)).value.balance).to.deep.equal(later);
    expect(node.asked).to.equal(2);
  });

  it("is what it was when the node does not answer, and says so; nothing, if it never has", async () => {
    const { world, node, funds } = nodeOf();
    const first = (await funds.of(PAYER)).value.balance;
    node.answers = false;
    world.clock.advance(5_000);
    expect((await funds.of(PAYER)).value.balance).to.deep.equal({ ...first, isOld: true });
    const other = nodeOf();
    other.node.answers = false;
    const { value } = await other.funds.of(PAYER);
    expect([value.balance, value.cyclesLeft]).to.deep.equal([undefined, undefined]);
  });

  it("lasts as long as the newest ten cycles' mean says", async () => {
    const { value, position } = await nodeOf().funds.of(PAYER);
    const newest = await spending(transact, PAYER, { limit: 10, direction: "descending" });
    expect(newest.value.rows).to.have.length(10);
    const total = newest.value.rows.reduce((sum, { sent, fees, burns }) => sum + sent + fees + burns, 0n);
    expect(value.perCycle).to.equal(total / 10n);
    expect(value.cyclesLeft).to.equal(BALANCE / (total / 10n));
    expect(position).to.equal(newest.position);
  });
});
