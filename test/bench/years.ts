// A baker of some size, and the log of the years in which it was paid.
import { type Pool } from "pg";
import { mutez } from "../../src/domain/money.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { installationIdentity } from "../../src/infrastructure/postgres/identity.js";
import { systemClock } from "../../src/infrastructure/system-clock.js";
import { TzktSource } from "../../src/infrastructure/tezos/tzkt.js";
import { type RunningSandbox } from "../../src/sandbox/demo.js";
import { largeGenesis, SANDBOX_PAYER } from "../../src/sandbox/genesis.js";
import { type Genesis } from "../../src/sandbox/model/types.js";
import { policyOf } from "../support/rewards.js";
import { writePast } from "./past.js";

export interface Years {
  readonly cycles: number;
  readonly delegators: number;
}

export const BLOCKS_PER_CYCLE = 4;

const isSmall = (n: number): boolean => n % 2 === 1;

/**
 * Every second delegator has so little that what it earns in all the cycles is below the minimum, and carried. The
 * wallet has paid the others in each cycle.
 */
export const genesisOf = ({ cycles, delegators }: Years): Genesis => {
  const genesis = largeGenesis(delegators, BLOCKS_PER_CYCLE);
  const paid = cycles * Math.ceil(delegators / 2);
  const accounts = genesis.accounts.map((account) =>
    account.address === SANDBOX_PAYER.address ? { ...account, counter: BigInt(paid) } : account,
  );
  const bakers = genesis.bakers.map((baker) => ({
    ...baker,
    delegators: baker.delegators.map(({ address, balance }, n) => ({
      address,
      balance: isSmall(n) ? mutez(balance / BigInt(100 * cycles)) : balance,
    })),
  }));
  return { ...genesis, accounts, bakers };
};

/** Above what a small delegator is carried in all, below what any other gets in one cycle, in mutez. */
const minimumPayout = ({ delegators }: Years): string =>
  (100_000_000n / (2n * BigInt(delegators))).toString();

/** Writes the log of a baker who paid so many cycles; the sandbox has its rewards. */
export const writeYears = async (
  years: Years,
  sandbox: RunningSandbox,
  url: string,
  pool: Pool,
): Promise<void> => {
  const store = new PostgresLog({ url, applicationName: "bench" });
  try {
    const { baker, payer, chainId, tzktUrl } = sandbox;
    await writePast(
      new CodedEventLog(store),
      {
        baker,
        payer,
        chainId,
        blocksPerCycle: BLOCKS_PER_CYCLE,
        policy: policyOf({ preset: "taps", minimumPayout: minimumPayout(years) }),
        source: new TzktSource({ baseUrl: tzktUrl, clock: systemClock }),
        identity: await installationIdentity(pool),
      },
      years.cycles,
    );
  } finally {
    await store.close();
  }
  await pool.query("VACUUM ANALYZE log.events");
};
