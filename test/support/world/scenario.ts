// The reference run: two cycles, 40 delegators, one contract that refuses, one reorganisation.
import { type Address } from "../../../src/domain/identifiers.js";
import { DEFAULT_RULES, type Rules } from "../../../src/sandbox/model/rules.js";
import { type Genesis } from "../../../src/sandbox/model/types.js";
import { modelGenesis, someContract } from "../chain-model.js";
import { addressOf } from "../rewards.js";
import { Crash, type CrashPoint } from "./faults.js";
import { checkAllIsFinal, checkInvariants } from "./invariants.js";
import { type Installation, isSettled } from "./installation.js";
import { World } from "./world.js";

const REFUSING = someContract("refuses");
/** Every other implicit receiver exists already. */
const receivers = Array.from({ length: 39 }, (_, n) => addressOf(n));

export const referenceDelegators: readonly { readonly address: Address; readonly balance: bigint }[] = [
  ...receivers.map((address, n) => ({ address, balance: 1_000_000_000n + 7_777_777n * BigInt(n) })),
  { address: REFUSING, balance: 3_000_000_000n },
];

/** What the chain of the reference run begins with, the payer apart. */
export const referenceChain: { readonly accounts: Genesis["accounts"]; readonly rules: Rules } = {
  accounts: [
    ...receivers.filter((_, n) => n % 2 === 0).map((address) => ({ address, balance: 1_000_000n })),
    { address: REFUSING, balance: 0n, script: { kind: "refuses" } },
  ],
  rules: {
    ...DEFAULT_RULES,
    constants: {
      ...DEFAULT_RULES.constants,
      blocksPerCycle: 8,
      maxOperationsTimeToLive: 80,
      hardGasLimitPerBlock: 64_000n,
      hardGasLimitPerOperation: 64_000n,
    },
  },
};

export const referenceWorld = (): World =>
  new World({ delegators: referenceDelegators, genesis: modelGenesis(referenceChain) });

/** The cycles that the reference run pays. */
export const CYCLES = [0, 1];
const MOST_BLOCKS = 260;
/** The first batch is in a block two below the head then. */
const REORGANISED_AT = 12;

export interface RunOutcome {
  readonly calls: readonly string[];
  readonly blocks: number;
}

/** Runs to the end, dying once if told to; invariants are checked after every step. Throws if it does not end. */
export const runReference = async (world: Installation, point?: CrashPoint): Promise<RunOutcome> => {
  await world.setUp();
  let running = world.start(point);
  const first = running;
  let reorganised = false;
  for (let blocks = 0; blocks < MOST_BLOCKS; blocks += 1) {
    try {
      await running.process.step();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      checkInvariants(world);
      running = world.start();
      await running.process.step();
    }
    checkInvariants(world);
    if (CYCLES.every((cycle) => isSettled(world, cycle))) {
      checkAllIsFinal(world, CYCLES);
      return { calls: first.gate.names, blocks };
    }
    if (!reorganised && world.model.head.level === REORGANISED_AT) {
      world.reorganise(1, false);
      reorganised = true;
    } else world.bake();
  }
  throw new Error(`not settled after ${MOST_BLOCKS} blocks: ${JSON.stringify(running.reports.slice(-3))}`);
};

/**
 * The reference run by a process that stands still before one of its calls while `others` act; afterwards both
 * it and a second replica go on.
 */
export const runWithInterlude = async (
  world: World,
  call: number,
  others: (world: World) => Promise<void>,
): Promise<void> => {
  await world.setUp();
  const slow = world.start(undefined, { call, run: () => others(world) });
  let second: ReturnType<World["start"]> | undefined;
  for (let blocks = 0; blocks < MOST_BLOCKS; blocks += 1) {
    await slow.process.step();
    checkInvariants(world);
    if (slow.gate.calls > call) {
      second ??= world.start();
      await second.process.step();
      checkInvariants(world);
    }
    if (CYCLES.every((cycle) => isSettled(world, cycle))) return checkAllIsFinal(world, CYCLES);
    world.bake();
  }
  throw new Error(`not settled after ${MOST_BLOCKS} blocks: ${JSON.stringify(slow.reports.slice(-3))}`);
};

/** Another replica takes over and pays on for some blocks. */
export const anotherReplicaPays = async (world: World): Promise<void> => {
  const other = world.start();
  for (let blocks = 0; blocks < 6; blocks += 1) {
    await other.process.step();
    world.bake();
  }
};
