// All that this release answers. The document and the server hold exactly these.
import { authRoutes } from "./resources/auth.js";
import { auditRoutes } from "./resources/audit.js";
import { cycleRoutes } from "./resources/cycles.js";
import { delegatorRoutes } from "./resources/delegators.js";
import { installationRoutes } from "./resources/installation.js";
import { paymentRoutes } from "./resources/payments.js";
import { walletRoutes } from "./resources/wallet.js";
import { reportRoutes } from "./resources/reports.js";
import { whatIfRoutes } from "./resources/what-if.js";
import { type Route } from "./route.js";

export const routes: readonly Route[] = [
  ...authRoutes,
  ...cycleRoutes,
  ...paymentRoutes,
  ...delegatorRoutes,
  ...walletRoutes,
  ...reportRoutes,
  ...installationRoutes,
  ...auditRoutes,
  ...whatIfRoutes,
];
