// Every event that TAPS writes, for the codec.
import { z } from "zod";
import * as Audit from "./audit/audit.js";
import * as Baker from "./baker/baker.js";
import * as Cycle from "./cycle/cycle.js";
import * as Ledger from "./ledger/ledger.js";
import * as Payment from "./payment/payment.js";
import * as Reward from "./reward/reward.js";
import * as Wallet from "./wallet/wallet.js";

export const DomainEvent = z.discriminatedUnion("type", [
  ...Audit.Event.options,
  ...Baker.Event.options,
  ...Cycle.Event.options,
  ...Ledger.Event.options,
  ...Payment.Event.options,
  ...Reward.Event.options,
  ...Wallet.Event.options,
]);
export type DomainEvent = z.infer<typeof DomainEvent>;

/** What the names of TAPS's streams begin with. */
export const CATEGORIES: ReadonlySet<string> = new Set([
  "audit",
  "baker",
  "cycle",
  "ledger",
  "payment",
  "reward",
  "wallet",
]);
