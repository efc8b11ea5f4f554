// What the log of a simulated installation says, and what stands on its chain: what the invariants are checked on.
import { expect } from "chai";
import { isRefused } from "../../../src/domain/decision.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import {
  type Address,
  type Digest,
  type OperationHash,
  type TzAddress,
} from "../../../src/domain/identifiers.js";
import type * as Baker from "../../../src/domain/baker/baker.js";
import { type Mutez } from "../../../src/domain/money.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { type Content } from "../../../src/application/ports/chain.js";
import { type Installation as WholeInstallation } from "./installation.js";

/** What is looked at. */
export type Installation = Pick<
  WholeInstallation,
  "model" | "injected" | "injectedUnlogged" | "byHand" | "events"
>;

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>;

export interface Folded {
  /** By stream: of every wallet that paid. */
  readonly wallets: Map<string, Wallet.State>;
  readonly payers: Set<TzAddress>;
  payer: TzAddress | undefined;
  readonly payments: Map<string, Payment.State>;
  /** Taken from the ledger for single delegators, by the payment that pays it; in mutez. */
  readonly settled: Map<string, bigint>;
  readonly signed: Map<OperationHash, Of<"OperationSigned">["data"]>;
  /** What the batch of each said when it was signed: a held payment may go to another recipient later. */
  readonly planned: Map<OperationHash, readonly Planned[]>;
  readonly foreign: Set<OperationHash>;
  /** Payments of their own that leaving *on* has withdrawn, and nobody has asked for since. */
  readonly withdrawn: Set<string>;
  /** Payment streams whose plan nobody has approved, with the plan's digest. */
  readonly unapproved: Map<string, Digest>;
  events: number;
  mode: Baker.Mode;
  /** Handed to nodes, as of the last check. */
  injected: number;
  /** Handed to a node since the mode was left. */
  injectedOutside: { readonly hash: OperationHash; readonly mode: Baker.Mode } | undefined;
}

interface Planned {
  readonly recipient: Address | undefined;
  readonly amount: Mutez;
}

/** What the batch of an intent says now. */
const plannedBy = (
  payments: Folded["payments"],
  { payment, batchId }: Of<"OperationSigned">["data"],
): readonly Planned[] => {
  const state = payments.get(payment ?? "");
  const items = state?.batches.get(batchId ?? "")?.items ?? [];
  return items.map(({ obligation, sent }) => ({
    recipient: state?.obligations.get(obligation)?.recipient,
    amount: sent,
  }));
};

const paymentTypes = new Set<string>(Payment.Event.options.map((option) => option.shape.type.value));
const walletTypes = new Set<string>(Wallet.Event.options.map((option) => option.shape.type.value));
const isPayment = (event: DomainEvent): event is Payment.Event => paymentTypes.has(event.type);
const isWallet = (event: DomainEvent): event is Wallet.Event => walletTypes.has(event.type);

/** Nothing of a plan that awaits approval is formed or signed before it is approved under its own digest. */
const noteApproval = ({ unapproved }: Folded, stream: string, event: DomainEvent): void => {
  const payment = event.type === "OperationSigned" ? (event.data.payment ?? "") : stream;
  const digest = unapproved.get(payment);
  switch (event.type) {
    case "PayoutAwaitsApproval":
      unapproved.set(stream, event.data.planDigest);
      return;
    case "PayoutApproved":
    case "PayoutRejected":
      if (event.data.planDigest === digest) unapproved.delete(stream);
      return;
    case "BatchFormed":
    case "OperationSigned":
      if (digest !== undefined) throw new Error(`${event.type} of plan ${digest}, which nobody approved`);
      return;
    default:
      return;
  }
};

const folds = new WeakMap<Installation, Folded>();
const blank = (): Folded => ({
  wallets: new Map(),
  payers: new Set(),
  payer: undefined,
  payments: new Map(),
  settled: new Map(),
  signed: new Map(),
  planned: new Map(),
  foreign: new Set(),
  withdrawn: new Set(),
  unapproved: new Map(),
  events: 0,
  mode: "off",
  injected: 0,
  injectedOutside: undefined,
});

/**
 * Folds what was appended since the last check. A checkpoint must say what the fold from zero says; outside *on*
 * nothing is signed (I10), and nothing of a plan that awaits approval.
 */
export const fold = (world: Installation): Folded => {
  const events = world.events();
  const known = folds.get(world);
  // A log that was put back is another one.
  const folded = known && known.events <= events.length ? known : blank();
  folds.set(world, folded);
  let wasOn = folded.mode === "on";
  for (const { stream, event } of events.slice(folded.events)) {
    const wallet = folded.wallets.get(stream) ?? Wallet.initial;
    if (event.type === "WalletCheckpointed") {
      expect({ ...wallet, events: 0 }).to.deep.equal(event.data.state);
    }
    if (event.type === "PayerSet") {
      folded.payer = event.data.payer;
      folded.payers.add(event.data.payer);
    }
    if (event.type === "ModeChanged") {
      folded.mode = event.data.mode;
      wasOn ||= folded.mode === "on";
    }
    if (event.type === "OperationSigned") {
      if (folded.mode !== "on") throw new Error(`${event.data.hash} was signed in mode ${folded.mode}`);
      if (folded.payer === undefined || stream !== Wallet.stream(folded.payer))
        throw new Error(`${event.data.hash} was signed by ${stream}, but ${folded.payer} pays`);
      const decision = Wallet.sign(event.data)(wallet);
      if (isRefused(decision)) throw new Error(`${event.data.hash} was signed against ${decision.refused}`);
    }
    noteApproval(folded, stream, event);
    if (event.type === "WalletPaused" && event.data.reason === "mode")
      for (const payment of wallet.requests) folded.withdrawn.add(payment);
    if (event.type === "PaymentRequested") folded.withdrawn.delete(event.data.payment);
    if (isWallet(event)) folded.wallets.set(stream, Wallet.evolve(wallet, event));
    if (event.type === "SettlementTaken") settleOnce(folded.settled, event.data);
    if (isPayment(event)) {
      const before = folded.payments.get(stream) ?? Payment.initial;
      folded.payments.set(stream, Payment.evolve(before, event));
    }
    if (event.type === "OperationSigned") {
      folded.signed.set(event.data.hash, event.data);
      folded.planned.set(event.data.hash, plannedBy(folded.payments, event.data));
    }
    if (event.type === "ForeignOperationFound") folded.foreign.add(event.data.hash);
  }
  const last = world.injected.at(-1);
  if (!wasOn && last !== undefined && world.injected.length > folded.injected)
    folded.injectedOutside = { hash: last, mode: folded.mode };
  folded.events = events.length;
  folded.injected = world.injected.length;
  return folded;
};

const settleOnce = (settled: Folded["settled"], { payment, amount }: Of<"SettlementTaken">["data"]): void => {
  if (settled.has(payment)) throw new Error(`${payment} takes from the ledger twice`);
  if (amount <= 0n) throw new Error(`${payment} takes ${amount} from the ledger`);
  settled.set(payment, amount);
};

export interface OnChain {
  readonly hash: OperationHash;
  readonly contents: readonly {
    readonly content: Content;
    readonly applied: boolean;
    readonly burn: bigint;
  }[];
}

/** Operations of all wallets that paid, in the head's branch; or of one of them. */
export const operationsOnChain = (
  world: Installation,
  payers: ReadonlySet<TzAddress> = fold(world).payers,
): readonly OnChain[] => {
  const { constants } = world.model.genesis.rules;
  const found: OnChain[] = [];
  for (let block = world.model.head; block.level > 0;) {
    for (const { operation, results } of block.operations) {
      const source = operation.contents[0]?.source;
      if (source === undefined || !payers.has(source)) continue;
      const contents = operation.contents.map((content, i) => {
        const result = results[i];
        const applied = result?.status === "applied";
        const bytes = applied ? result.paidStorage + (result.allocated ? constants.originationSize : 0n) : 0n;
        return { content, applied, burn: bytes * constants.costPerByte };
      });
      found.push({ hash: operation.hash, contents });
    }
    const before = world.model.block(block.predecessor);
    if (before === undefined) break;
    block = before;
  }
  return found.reverse();
};
