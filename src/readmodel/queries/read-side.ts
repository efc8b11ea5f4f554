// All queries of one baker, as whoever asks knows them.
import { type Chain } from "../../application/ports/chain.js";
import { type Position } from "../../application/ports/event-store.js";
import { type Clock } from "../../application/ports/system.js";
import { type ReadSide } from "../../application/read-side/read-side.js";
import { type TzAddress } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import { readCheckpoint } from "../checkpoint.js";
import { type Transact } from "../database.js";
import { activity } from "./activity.js";
import { bondCycles, bondPool } from "./bond-pool.js";
import { cycle, cycles } from "./cycles.js";
import { delegator, delegators, terms } from "./delegators.js";
import { balances, movements } from "./ledger.js";
import { operation, operations } from "./operations.js";
import { payment, payments } from "./payment.js";
import { payout, payouts } from "./payouts.js";
import { rewardsOfCycle, rewardsOfDelegator } from "./rewards.js";
import { settings } from "./settings.js";
import { WalletFunds } from "./wallet-funds.js";
import { foreignOperations, spending, wallet } from "./wallet.js";

export interface ReadSidePorts {
  readonly transact: Transact;
  readonly chain: Pick<Chain, "head" | "account">;
  readonly clock: Clock;
}

/** How often it is looked whether a read model has come far enough. */
const LOOK_AGAIN_MS = 50;

export const readSideOf = (baker: TzAddress, { transact, chain, clock }: ReadSidePorts): ReadSide => {
  const funds = new WalletFunds(transact, chain, clock);
  const reached = async (model: string, position: Position): Promise<boolean> => {
    const checkpoint = await transact((session) => readCheckpoint(session, model));
    return checkpoint !== undefined && checkpoint.position >= position;
  };
  return {
    settings: () => settings(transact, baker),
    cycles: (request) => cycles(transact, baker, request),
    cycle: (number) => cycle(transact, baker, number),
    rewardsOfCycle: (number, request) => rewardsOfCycle(transact, { baker, cycle: number }, request),
    rewardsOfDelegator: (who, request) => rewardsOfDelegator(transact, { baker, delegator: who }, request),
    payments: (request) => payments(transact, request),
    payment: (obligation) => payment(transact, obligation),
    payouts: (request) => payouts(transact, request),
    payout: (name) => payout(transact, name),
    delegators: (request) => delegators(transact, baker, request),
    delegator: (who) => delegator(transact, baker, who),
    terms: (request) => terms(transact, baker, request),
    balances: (request) => balances(transact, baker, request),
    movements: (request) => movements(transact, baker, request),
    operations: (of, request) => operations(transact, of, request),
    operationsOfCycle: (number, request) =>
      operations(transact, { payment: Payment.cycleStream(baker, number) }, request),
    operation: (hash) => operation(transact, hash),
    wallet: (which) => wallet(transact, which),
    funds: (which) => funds.of(which),
    foreignOperations: (which, request) => foreignOperations(transact, which, request),
    spending: (which, request) => spending(transact, which, request),
    bondPool: () => bondPool(transact, baker),
    bondCycles: (request) => bondCycles(transact, baker, request),
    activity: (of, request) => activity(transact, of, request),
    shows: async (model, position, withinMs) => {
      for (let waited = 0; waited <= withinMs; waited += LOOK_AGAIN_MS) {
        if (await reached(model, position)) return true;
        await clock.sleep(LOOK_AGAIN_MS);
      }
      return false;
    },
  };
};
