import { expect } from "chai";
import { START } from "../../../src/application/ports/event-store.js";
import { mutez } from "../../../src/domain/money.js";
import { projections } from "../../../projections/all.js";
import { faultPlan } from "../../../src/sandbox/faults/plan.js";
import { largeGenesis } from "../../../src/sandbox/genesis.js";
import { type Genesis, type Script } from "../../../src/sandbox/model/types.js";
import { someContract } from "../../support/chain-model.js";
import { StandIn } from "../../support/esdb/stand-in.js";
import { foldProjection, readTables } from "../../support/fold.js";
import { until } from "../../support/until.js";
import { Assault } from "../../support/whole/assault.js";
import { Besieged } from "../../support/whole/besieged.js";
import { staleSignings } from "../../support/whole/paid-by-log.js";
import { owed, paidBy, transfersOf } from "../../support/whole/payments.js";
import { processesWith } from "../../support/whole/processes.js";
import { drawStrikes, type Strike } from "../../support/whole/strikes.js";
import { Running, taps } from "../../support/whole/taps.js";
import { checkSafety } from "../../support/world/invariants.js";

/** What is timed by processes and disks is not the same twice; everything else is. */
const SEED = Number(process.env["REAL_FAULTS_SEED"] ?? 20_261_123);
const DELEGATORS = 2_000;
const CONTRACTS = 8;
const CYCLES = [0, 1, 2];
const STRIKES_PER_CYCLE = 20;
/** A cycle's last strike comes before its last payment. */
const PAYMENTS_PER_STRIKE = DELEGATORS / STRIKES_PER_CYCLE - 5;
const KILLS_PER_SERVER = 5;
const BLOCK_TIME_MS = 250;
/** Many times more than paying takes: the next cycle ends when it is told to. */
const BLOCKS_PER_CYCLE = 2_000;
/** Room for some forty transfers a batch: more batches, more moments to strike at. */
const GAS_PER_BLOCK = 200_000n;
/** So soon is an operation dead that no node has kept. */
const LIFE_BLOCKS = 30;

const FAULTS = faultPlan.parse({
  node: {
    "429": 0.003,
    "500": 0.003,
    "502": 0.003,
    cutJson: 0.003,
    hang: { chance: 0.0003, ms: 12_000 },
    laggingHead: { chance: 0.02, blocks: 2 },
    pruned: { chance: 0.01, blocks: 20 },
    otherChain: 0.0005,
  },
  injection: { lostReply: 0.05, refused: { temporary: 0.04, branch: 0.04, permanent: 0.01 } },
  mempool: { dropped: 0.03, delayed: { chance: 0.05, blocks: 4 } },
  blocks: { reorganised: { one: 0.03, two: 0.02 }, refusedByContract: 0.3 },
  tzkt: { "429": 0.1, "500": 0.1, "502": 0.1, cutJson: 0.1, revisedRow: { missing: 0.05, changed: 0.05 } },
});

const PAID_STORAGE: Script = { kind: "accepts", milligas: 1_000_000n, storageBytes: 12n };

/** Most of the delegators are implicit accounts, a few contracts that burn a little of the wallet's. */
const genesis = (): Genesis => {
  const { rules, bakers, accounts, ...rest } = largeGenesis(DELEGATORS - CONTRACTS, BLOCKS_PER_CYCLE);
  const contracts = Array.from({ length: CONTRACTS }, (_, n) => ({
    address: someContract(`delegator ${n}`),
    balance: mutez(150_000_000n),
  }));
  const constants = {
    ...rules.constants,
    hardGasLimitPerBlock: GAS_PER_BLOCK,
    hardGasLimitPerOperation: GAS_PER_BLOCK,
    maxOperationsTimeToLive: LIFE_BLOCKS,
  };
  return {
    ...rest,
    rules: { ...rules, constants },
    bakers: bakers.map((baker) => ({ ...baker, delegators: [...baker.delegators, ...contracts] })),
    accounts: [...accounts, ...contracts.map((each) => ({ ...each, script: PAID_STORAGE }))],
  };
};

/** Blocks of a cycle up to its end come faster than on any real chain. */
const endCycle = ({ sandbox: { control } }: Besieged, cycle: number): void => {
  while (control.chain.head.level < (cycle + 1) * BLOCKS_PER_CYCLE) control.bake();
};
const nextEnd = (cycle: number): number => (cycle + 2) * BLOCKS_PER_CYCLE;

const paymentOf = ({ sandbox }: Besieged, cycle: number) => `payment-${sandbox.baker}_${cycle}`;

const isSettled = ({ events, sandbox }: Besieged, cycle: number): boolean =>
  events.some(
    ({ stream, event }) => stream === `cycle-${sandbox.baker}_${cycle}` && event.type === "CycleSettled",
  );

const strikeWhilePaying = async (
  besieged: Besieged,
  assault: Assault,
  cycle: number,
  strikes: readonly Strike[],
): Promise<void> => {
  endCycle(besieged, cycle);
  for (const strike of strikes) {
    expect(isSettled(besieged, cycle), "settled before the last strike").to.equal(false);
    await assault.strike(strike);
  }
  await assault.isOver();
  await besieged.untilWell(() => isSettled(besieged, cycle), nextEnd(cycle));
  besieged.tell(`cycle ${cycle} is settled`);
};

/** What a contract refused is held; whoever asks hears that it is mended, until it is paid. */
const releaseHeld = async (besieged: Besieged, cycle: number): Promise<void> => {
  const inState = (...states: readonly string[]) =>
    besieged.byLog.obligations(paymentOf(besieged, cycle)).filter(({ status }) => states.includes(status.at));
  const releases = () => besieged.events.filter(({ event }) => event.type === "ObligationReleased").length;
  for (;;) {
    await besieged.untilWell(() => inState("open", "batched").length === 0, nextEnd(cycle));
    const held = inState("held");
    if (held.length === 0) return;
    for (const { delegator } of held) {
      const before = releases();
      await taps(besieged.operator, ["payment", "release", String(cycle), delegator]);
      await besieged.untilWell(() => releases() > before, nextEnd(cycle));
      besieged.tell(`released ${delegator} of cycle ${cycle}`);
    }
  }
};

/** Stops everything that writes, and lets one projector take the read models to the log's head. */
const comeToRest = async (besieged: Besieged): Promise<void> => {
  besieged.sandbox.control.setBlockTime("manual");
  for (const replica of besieged.replicas) expect(await replica.stop()).to.equal(0);
  const head = await besieged.store.head();
  const projector = Running.start({ ...besieged.envOf(0), TAPS_ROLES: "projector" }, ["start"]);
  await until(async () => {
    projector.assertAlive();
    const at = await besieged.pool.query("SELECT FROM read.checkpoint WHERE position >= $1", [head]);
    return at.rowCount === projections.length;
  });
  await projector.stop("SIGKILL");
  await until(() => (besieged.events.at(-1)?.position ?? START) >= head);
  expect(await processesWith(besieged.mark)).to.deep.equal([]);
};

const checkEveryoneIsPaidOnce = async (besieged: Besieged): Promise<void> => {
  const { operator, sandbox, steady } = besieged;
  const { baker, payer } = sandbox;
  const log = await taps(operator, ["log", "read", `wallet-${payer}`]);
  const paidFor = paidBy(await transfersOf(steady.url, payer), log);
  for (const cycle of CYCLES) {
    const due = owed(await taps(operator, ["cycle", "compute", String(cycle), "--baker", baker, "--json"]));
    expect(due).to.have.length(DELEGATORS);
    expect(paidFor(paymentOf(besieged, cycle)), `cycle ${cycle}`).to.deep.equal(due);
  }
};

describe("three replicas under real faults", function () {
  this.timeout(1_800_000);
  let besieged: Besieged | undefined;
  let standIn: StandIn | undefined;

  afterEach(async function () {
    if (this.currentTest?.state !== "passed" && besieged)
      process.stderr.write(`seed ${SEED}\n${besieged.journal.join("\n")}\n`);
    await besieged?.close();
    await standIn?.stop();
    besieged = undefined;
    standIn = undefined;
  });

  const withstand = async (): Promise<void> => {
    besieged = await Besieged.open({ genesis: genesis(), faults: FAULTS, seed: SEED, standIn });
    await besieged.start();
    const { sandbox, events, pool, byLog } = besieged;
    const { control, payer } = sandbox;
    const before = control.chain.account(payer)?.balance ?? 0n;
    const strikes = drawStrikes(SEED, {
      replicas: besieged.replicas.length,
      count: STRIKES_PER_CYCLE * CYCLES.length,
      serverKills: KILLS_PER_SERVER * besieged.servers.length,
      mostPayments: PAYMENTS_PER_STRIKE,
      blockMs: BLOCK_TIME_MS,
    });
    const assault = new Assault(besieged);
    control.setBlockTime(BLOCK_TIME_MS);
    for (const cycle of CYCLES) {
      const first = cycle * STRIKES_PER_CYCLE;
      await strikeWhilePaying(besieged, assault, cycle, strikes.slice(first, first + STRIKES_PER_CYCLE));
      await releaseHeld(besieged, cycle);
    }
    await comeToRest(besieged);

    await checkEveryoneIsPaidOnce(besieged);
    checkSafety({ model: control.chain, injected: [], injectedUnlogged: [], events: () => events });
    expect(control.chain.account(payer)?.balance).to.equal(before - byLog.spent());
    expect(staleSignings(events)).to.deep.equal([]);
    expect(events.filter(({ event }) => event.type === "TermStarted")).to.have.length.above(1);
    for (const projection of projections) {
      const found = await readTables(pool, projection);
      expect(found, projection.name).to.deep.equal(foldProjection(projection, events));
    }
  };

  const title = `pays ${DELEGATORS} delegators once in each of ${CYCLES.length} cycles (seed ${SEED})`;

  it(`${title}, with the log in PostgreSQL`, () => withstand());

  it(`${title}, with the log in EventStoreDB`, async () => {
    standIn = await StandIn.start();
    await withstand();
  });
});
