// The streams of one baker and how each is folded.
import * as Audit from "../domain/audit/audit.js";
import * as Baker from "../domain/baker/baker.js";
import * as Cycle from "../domain/cycle/cycle.js";
import { type DomainEvent } from "../domain/events.js";
import {
  type Cycle as CycleNumber,
  parseStreamName,
  type StreamName,
  type TzAddress,
} from "../domain/identifiers.js";
import * as Ledger from "../domain/ledger/ledger.js";
import * as Payment from "../domain/payment/payment.js";
import * as Reward from "../domain/reward/reward.js";
import * as Wallet from "../domain/wallet/wallet.js";
import { type LoggedEvent } from "./ports/event-log.js";
import { type Aggregate } from "./repository.js";

interface EventUnion<Event extends DomainEvent> {
  readonly options: readonly { readonly shape: { readonly type: { readonly value: Event["type"] } } }[];
}

const ownedBy = <Event extends DomainEvent>(union: EventUnion<Event>) => {
  const types = new Set<string>(union.options.map((option) => option.shape.type.value));
  return (event: DomainEvent): event is Event => types.has(event.type);
};

const ownsAudit = ownedBy<Audit.Event>(Audit.Event);
const ownsBaker = ownedBy<Baker.Event>(Baker.Event);
const ownsCycle = ownedBy<Cycle.Event>(Cycle.Event);
const ownsReward = ownedBy<Reward.Event>(Reward.Event);
const ownsLedger = ownedBy<Ledger.Event>(Ledger.Event);
const ownsPayment = ownedBy<Payment.Event>(Payment.Event);
const ownsWallet = ownedBy<Wallet.Event>(Wallet.Event);

const OWNERS: Readonly<Record<string, (event: DomainEvent) => boolean>> = {
  audit: ownsAudit,
  baker: ownsBaker,
  cycle: ownsCycle,
  reward: ownsReward,
  ledger: ownsLedger,
  payment: ownsPayment,
  wallet: ownsWallet,
};

/** Whether an event may stand in the stream in which it stands. */
export const belongs = ({ event, stream }: Pick<LoggedEvent, "event" | "stream">): boolean =>
  OWNERS[parseStreamName(stream).category]?.(event) ?? false;

export const bakerOf = (baker: TzAddress): Aggregate<Baker.State, Baker.Event> => ({
  stream: Baker.stream(baker),
  initial: Baker.initial,
  evolve: Baker.evolve,
  owns: ownsBaker,
});

export const auditOf = (baker: TzAddress): Aggregate<Audit.State, Audit.Event> => ({
  stream: Audit.stream(baker),
  initial: Audit.initial,
  evolve: Audit.evolve,
  owns: ownsAudit,
  findStart: () => (event) => Audit.evolve(Audit.initial, event),
});

export const cycleOf = (baker: TzAddress, cycle: CycleNumber): Aggregate<Cycle.State, Cycle.Event> => ({
  stream: Cycle.stream(baker, cycle),
  initial: Cycle.initial,
  evolve: Cycle.evolve,
  owns: ownsCycle,
});

export const rewardOf = (baker: TzAddress, cycle: CycleNumber): Aggregate<Reward.State, Reward.Event> => ({
  stream: Reward.stream(baker, cycle),
  initial: Reward.initial,
  evolve: Reward.evolve,
  owns: ownsReward,
});

export const ledgerOf = (baker: TzAddress): Aggregate<Ledger.State, Ledger.Event> => ({
  stream: Ledger.stream(baker),
  initial: Ledger.initial,
  evolve: Ledger.evolve,
  owns: ownsLedger,
  findStart: Ledger.findStart,
});

export const paymentOf = (baker: TzAddress, cycle: CycleNumber): Aggregate<Payment.State, Payment.Event> =>
  paymentIn(Payment.cycleStream(baker, cycle));

/** Of any payment stream. */
export const paymentIn = (stream: StreamName): Aggregate<Payment.State, Payment.Event> => ({
  stream,
  initial: Payment.initial,
  evolve: Payment.evolve,
  owns: ownsPayment,
});

export const walletOf = (payer: TzAddress): Aggregate<Wallet.State, Wallet.Event> => ({
  stream: Wallet.stream(payer),
  initial: Wallet.initial,
  evolve: Wallet.evolve,
  owns: ownsWallet,
  findStart: () => (event) =>
    event.type === "WalletCheckpointed" && event.data.foldVersion === Wallet.FOLD_VERSION
      ? Wallet.evolve(Wallet.initial, event)
      : undefined,
});
