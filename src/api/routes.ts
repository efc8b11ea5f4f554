// All that this release answers. The document and the server hold exactly what is served of these.
import { authRoutes } from "./resources/auth.js";
import { auditRoutes } from "./resources/audit.js";
import { bakerCommands } from "./resources/baker-commands.js";
import { cycleCommands } from "./resources/cycle-commands.js";
import { moneyCommands } from "./resources/money-commands.js";
import { questionRoutes } from "./resources/questions.js";
import { cycleRoutes } from "./resources/cycles.js";
import { eventRoutes } from "./resources/events.js";
import { delegatorRoutes } from "./resources/delegators.js";
import { installationRoutes } from "./resources/installation.js";
import { paymentRoutes } from "./resources/payments.js";
import { publicRoutes } from "./resources/public.js";
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
  ...bakerCommands,
  ...cycleCommands,
  ...moneyCommands,
  ...questionRoutes,
  ...eventRoutes,
  ...installationRoutes,
  ...auditRoutes,
  ...whatIfRoutes,
];

/** What is served; to everybody only where somebody has said so. */
export const routesOf = (served: { readonly public: boolean }): readonly Route[] =>
  served.public ? [...routes, ...publicRoutes] : routes;
