import { type DomainEvent } from "../../../domain/events.js";
import {
  type ChainId,
  type Cycle,
  type Digest,
  type Level,
  type OperationHash,
  type StreamName,
  type TzAddress,
} from "../../../domain/identifiers.js";
import { type Mutez } from "../../../domain/money.js";

/** The stream an append goes to, at the revision of the view that was looked at. */
export type Target =
  | { readonly stream: "wallet" }
  | { readonly stream: "ledger" }
  | { readonly stream: "life" | "reward"; readonly cycle: Cycle }
  | { readonly stream: "payment"; readonly payment: StreamName };

/** Why the payer does nothing right now, for people and for the next wake-up. */
export type Waiting =
  | { readonly reason: "nothing-to-pay" }
  | { readonly reason: "operation-pending"; readonly hash: OperationHash }
  | { readonly reason: "not-leader" }
  | { readonly reason: "not-adopted" }
  | { readonly reason: "other-chain"; readonly registered: ChainId; readonly found: ChainId }
  | { readonly reason: "mode"; readonly mode: "off" | "simulation" }
  | { readonly reason: "paused"; readonly detail: string }
  | { readonly reason: "chain-ahead-of-log"; readonly detail: string }
  | { readonly reason: "chain-begins"; readonly level: Level }
  | { readonly reason: "node-lags" }
  | { readonly reason: "unknown-mempool-operation"; readonly hash: OperationHash }
  | { readonly reason: "needs-block"; readonly block: string }
  | { readonly reason: "unknown-protocol"; readonly protocol: string }
  | { readonly reason: "cycle-held"; readonly cycle: Cycle; readonly detail: string }
  | { readonly reason: "awaits-approval"; readonly payment: StreamName; readonly planDigest: Digest }
  | { readonly reason: "rewards-missing"; readonly cycle: Cycle }
  | { readonly reason: "take-open"; readonly cycle: Cycle }
  | { readonly reason: "funds"; readonly missing: Mutez };

export type Action =
  | { readonly do: "append"; readonly to: Target; readonly events: readonly DomainEvent[] }
  | { readonly do: "inject"; readonly hash: OperationHash }
  | { readonly do: "sign-reveal" }
  | { readonly do: "sign-delegation"; readonly id: string; readonly to: TzAddress | null }
  | { readonly do: "sign-batch"; readonly payment: StreamName; readonly batchId: string }
  | { readonly do: "form-batch"; readonly payment: StreamName; readonly obligations: readonly string[] }
  | { readonly do: "close-payment"; readonly payment: StreamName }
  | { readonly do: "fix-plan"; readonly cycle: Cycle }
  | { readonly do: "simulate-payout"; readonly cycle: Cycle }
  | { readonly do: "wait"; readonly waiting: Waiting };

export const wait = (waiting: Waiting): Action => ({ do: "wait", waiting });

/** Which streams beside the wallet's an action may write to. */
export const writtenBy = (
  action: Action,
): { readonly cycle?: Cycle; readonly payment?: StreamName; readonly ledger?: boolean } => {
  const written = action.do === "append" ? action.to : action;
  if ("cycle" in written) return { cycle: written.cycle };
  if ("payment" in written) return { payment: written.payment };
  return { ledger: action.do === "append" && action.to.stream === "ledger" };
};
