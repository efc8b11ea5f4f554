import { asCycle, type ChainId, type Cycle, type TzAddress } from "../domain/identifiers.js";
import { UnsteadyBlocks } from "./faults/blocks.js";
import { Chance } from "./faults/chance.js";
import { exchangeFaults } from "./faults/exchanges.js";
import { type FaultPlan } from "./faults/plan.js";
import { demoGenesis, SANDBOX_PAYER } from "./genesis.js";
import { inMemory, Journal } from "./journal.js";
import { type Genesis } from "./model/types.js";
import { Sandbox, type BlockTime } from "./sandbox.js";
import { serve } from "./server.js";

export interface StartOptions {
  /** Where the chain is kept: `<TAPS_DATA_DIR>/<chain id>/chain`. Without it, it is gone with the process. */
  readonly dir?: string;
  /** Local port; by default a free one. */
  readonly port?: number;
  readonly blockTime: BlockTime;
  /** What a new chain starts from; default: the demo's. */
  readonly genesis?: Genesis;
  /** What goes wrong, and the seed that decides when. */
  readonly faults?: { readonly plan: FaultPlan; readonly seed: number };
}

export interface RunningSandbox {
  readonly rpcUrl: string;
  /** To be followed by `/v1/...`. */
  readonly tzktUrl: string;
  readonly chainId: ChainId;
  readonly baker: TzAddress;
  /** The cycle that a new chain begins in, shortly before its end. */
  readonly firstCycle: Cycle;
  readonly payer: TzAddress;
  /** Unencrypted, of play money. */
  readonly payerSecretKey: string;
  readonly control: Sandbox;
  stop(): Promise<void>;
}

/** Blocks of its first cycle that a new chain lacks: so soon is there something to pay. */
const BLOCKS_TO_FIRST_PAYOUT = 4;

/** Starts the simulated node and TzKT. A new chain stands shortly before the end of its first cycle. */
export const startSandbox = async (options: StartOptions): Promise<RunningSandbox> => {
  const { dir, port = 0, blockTime, genesis = demoGenesis(), faults } = options;
  const store = dir === undefined ? inMemory(genesis) : Journal.open(dir, genesis);
  const blocks = faults && new UnsteadyBlocks(faults.plan, new Chance(faults.seed));
  const control = new Sandbox({
    store,
    blockTime,
    ...(blocks && { nextBlock: (sandbox) => blocks.next(sandbox) }),
  });
  if (control.chain.head.level === 0) bakeAhead(control);
  const disturb = faults && exchangeFaults(control, faults.plan, new Chance(faults.seed));
  const server = await serve(control, port, disturb).catch((error: unknown) => {
    control.close();
    throw error;
  });
  return {
    rpcUrl: server.url,
    tzktUrl: server.url,
    chainId: control.chainId,
    baker: store.genesis.baker,
    firstCycle: asCycle(0),
    payer: SANDBOX_PAYER.address,
    payerSecretKey: SANDBOX_PAYER.secretKey,
    control,
    stop: async () => {
      await server.close();
      control.close();
    },
  };
};

const bakeAhead = (sandbox: Sandbox): void => {
  const { blocksPerCycle, minimalBlockDelaySeconds } = sandbox.chain.genesis.rules.constants;
  const last = blocksPerCycle - BLOCKS_TO_FIRST_PAYOUT;
  const now = Date.now();
  for (let level = 1; level <= last; level += 1) {
    sandbox.bake({ timestamp: new Date(now - (last - level) * minimalBlockDelaySeconds * 1000) });
  }
};
