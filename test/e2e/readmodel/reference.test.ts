import { expect } from "chai";
import { adjustBalance } from "../../../src/application/commands/ledger.js";
import { settleDelegator } from "../../../src/application/commands/settle.js";
import { START } from "../../../src/application/ports/event-store.js";
import { paymentIn } from "../../../src/application/aggregates.js";
import { type StreamName } from "../../../src/domain/identifiers.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { mutez } from "../../../src/domain/money.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { migrate } from "../../../src/infrastructure/postgres/migrate.js";
import { createPool, endPool, transact } from "../../../src/infrastructure/postgres/pool.js";
import { systemClock } from "../../../src/infrastructure/system-clock.js";
import { projections } from "../../../projections/all.js";
import { paymentProjection } from "../../../projections/payment.js";
import { ProjectionRunner } from "../../../src/readmodel/engine.js";
import { type ProjectedEvent } from "../../../src/readmodel/projection.js";
import { ProjectionStore } from "../../../src/readmodel/store.js";
import { BAKER, someTz } from "../../support/chain-model.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { freshDatabase } from "../../support/postgres.js";
import { bondWorld, CYCLE, payBond } from "../../support/world/bond.js";
import { actsOf } from "../../support/world/people.js";
import { referenceWorld, runReference } from "../../support/world/scenario.js";
import { type World } from "../../support/world/world.js";

const LEFT = someTz("who has left");

/** A cycle, what it leaves to the bond pool, and what one delegator was owed before. */
const runOthers = async (): Promise<World> => {
  const world = await bondWorld();
  const owed = {
    amount: mutez(5n),
    reason: "correction" as const,
    reference: "before",
    allowNegative: false,
  };
  await adjustBalance(actsOf(world), { delegator: LEFT, ...owed });
  await settleDelegator(actsOf(world), LEFT, { to: undefined, reason: "it has left" });
  await payBond(world);
  return world;
};
const runCycles = async (): Promise<World> => {
  const world = referenceWorld();
  await runReference(world);
  return world;
};

const eventsOf = async (log: CodedEventLog): Promise<readonly ProjectedEvent[]> => {
  const events: ProjectedEvent[] = [];
  const reading = new AbortController();
  for await (const message of log.subscribeAll({ after: START, signal: reading.signal })) {
    if (message.kind !== "event") break;
    events.push(message.event);
  }
  return events;
};

/** What a payment's own fold says of each of its obligations. */
const standingOf = async (world: World, stream: StreamName) => {
  const { state } = await actsOf(world).repository.load(paymentIn(stream));
  return [...state.obligations.values()].map(({ id, recipient, due, status }) => ({
    obligation: `${stream.slice("payment-".length)}/${id}`,
    recipient,
    due,
    sent: status.at === "paid" ? status.sent : null,
    result: status.at,
  }));
};

const RUNS = [
  ...projections.map((projection) => [projection, "the reference run", runCycles] as const),
  [paymentProjection, "a bond pool and a settlement", runOthers] as const,
];

describe("read models of whole runs", function () {
  this.timeout(60_000);

  for (const [projection, name, run] of RUNS) {
    it(`${projection.name} of ${name}: the rows in PostgreSQL equal the fold of the log`, async () => {
      const world = await run();
      const log = new CodedEventLog(world.store);
      const events = await eventsOf(log);
      const database = await freshDatabase();
      await migrate(database.url);
      const pool = createPool({ url: database.url, applicationName: "test" });
      const stopping = new AbortController();
      try {
        const store = new ProjectionStore((work) => transact(pool, work), projection);
        const runner = new ProjectionRunner(projection, log, store, systemClock, () => undefined);
        const running = runner.run(stopping.signal);
        expect(await runner.whenProcessed(await log.head(), 30_000)).to.equal(true);
        stopping.abort();
        await running;
        expect(await readTables(pool, projection)).to.deep.equal(foldProjection(projection, events));
      } finally {
        stopping.abort();
        await endPool(pool);
        await database.drop();
      }
    });
  }

  it("say of each payment what its own stream says", async () => {
    const world = await runOthers();
    const streams = [
      Payment.cycleStream(BAKER, CYCLE),
      Payment.bondStream(BAKER, CYCLE),
      Payment.settlementStream(BAKER, LEFT, 1),
    ];
    const said = (await Promise.all(streams.map((stream) => standingOf(world, stream)))).flat();
    expect(said).to.have.length(3 + 5 + 1);
    const { payment = [] } = foldProjection(
      paymentProjection,
      await eventsOf(new CodedEventLog(world.store)),
    );
    const rows = payment.map((row) => {
      const { obligation, recipient, due, sent, result } = row;
      return { obligation, recipient, due, sent, result };
    });
    expect(rows).to.have.deep.members(said);
    expect(said.map(({ result }) => result)).to.include.members(["paid", "held"]);
  });
});
