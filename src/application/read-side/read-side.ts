// What may be asked of the read models of one baker, and of the log that they are made of.
import { type Address, type Cycle, type OperationHash, type TzAddress } from "../../domain/identifiers.js";
import { type Position } from "../ports/event-store.js";
import { type ActivityFilter, type ActivityRow } from "./activity.js";
import { type Answer } from "./answer.js";
import { type BondCycle, type BondPool } from "./bond-pool.js";
import { type CycleRow } from "./cycles.js";
import { type AddressPrefix, type DelegatorRow, type TermsRow } from "./delegators.js";
import { type BalanceRow, type MovementRow } from "./ledger.js";
import { type OperationRow } from "./operations.js";
import { type Page, type PageRequest } from "./page.js";
import { type PaymentFilter, type PaymentRow, type PaymentSort } from "./payment.js";
import { type PayoutRow, type PayoutState } from "./payouts.js";
import { type RewardRow } from "./rewards.js";
import { type Settings } from "./settings.js";
import { type Funds } from "./wallet-funds.js";
import { type ForeignRow, type Spending, type Wallet } from "./wallet.js";

type Listed<Row> = Promise<Answer<Page<Row>>>;
type Found<Row> = Promise<Answer<Row | undefined>>;

/**
 * Each answer is of one moment of one read model. All throw `NotProjected` while that model is not there; lists throw
 * `BadCursor` and `TooWide`.
 */
export interface ReadSide {
  settings(): Found<Settings>;
  cycles(request: PageRequest): Listed<CycleRow>;
  cycle(number: Cycle): Found<CycleRow>;
  rewardsOfCycle(
    cycle: Cycle,
    request: PageRequest & { readonly sort: "delegator" | "net" },
  ): Listed<RewardRow>;
  rewardsOfDelegator(delegator: Address, request: PageRequest): Listed<RewardRow>;
  payments(request: PageRequest & PaymentFilter & { readonly sort: PaymentSort }): Listed<PaymentRow>;
  /** By its name `<payout>/<id>`. */
  payment(obligation: string): Found<PaymentRow>;
  payouts(request: PageRequest & { readonly state?: PayoutState | undefined }): Listed<PayoutRow>;
  payout(name: string): Found<PayoutRow>;
  delegators(
    request: PageRequest & {
      readonly sort: "delegator" | "paid" | "owed";
      readonly search?: AddressPrefix | undefined;
    },
  ): Listed<DelegatorRow>;
  delegator(who: Address): Found<DelegatorRow>;
  terms(request: PageRequest): Listed<TermsRow>;
  balances(request: PageRequest & { readonly sort: "delegator" | "balance" }): Listed<BalanceRow>;
  movements(request: PageRequest & { readonly delegator?: Address | undefined }): Listed<MovementRow>;
  operations(
    of: { readonly wallet: TzAddress } | { readonly payment: string },
    request: PageRequest,
  ): Listed<OperationRow>;
  operationsOfCycle(cycle: Cycle, request: PageRequest): Listed<OperationRow>;
  operation(hash: OperationHash): Found<OperationRow>;
  wallet(which: TzAddress): Found<Wallet>;
  funds(which: TzAddress): Promise<Answer<Funds>>;
  foreignOperations(which: TzAddress, request: PageRequest): Listed<ForeignRow>;
  spending(which: TzAddress, request: PageRequest): Promise<Answer<Spending>>;
  bondPool(): Promise<Answer<BondPool>>;
  bondCycles(request: PageRequest): Promise<Answer<Page<BondCycle>>>;
  activity(of: ActivityFilter | undefined, request: PageRequest): Listed<ActivityRow>;
  /** Whether a read model shows the log up to a position, now or within so many milliseconds. */
  shows(model: string, position: Position, withinMs: number): Promise<boolean>;
}
