import { type Projection } from "../src/readmodel/projection.js";
import { activityProjection } from "./activity.js";
import { bondPoolProjection } from "./bond-pool.js";
import { cyclesProjection } from "./cycles.js";
import { delegatorsProjection } from "./delegators.js";
import { ledgerProjection } from "./ledger.js";
import { operationsProjection } from "./operations.js";
import { paymentProjection } from "./payment.js";
import { payoutsProjection } from "./payouts.js";
import { rewardsProjection } from "./rewards.js";
import { settingsProjection } from "./settings.js";
import { walletProjection } from "./wallet.js";

/** Every read model. */
export const projections: readonly Projection[] = [
  settingsProjection,
  cyclesProjection,
  rewardsProjection,
  operationsProjection,
  payoutsProjection,
  paymentProjection,
  delegatorsProjection,
  ledgerProjection,
  bondPoolProjection,
  walletProjection,
  activityProjection,
];
