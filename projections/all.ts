import { type Projection } from "../src/readmodel/projection.js";
import { cyclesProjection } from "./cycles.js";
import { operationsProjection } from "./operations.js";
import { paymentProjection } from "./payment.js";
import { settingsProjection } from "./settings.js";

/** Every read model. */
export const projections: readonly Projection[] = [
  settingsProjection,
  cyclesProjection,
  operationsProjection,
  paymentProjection,
];
