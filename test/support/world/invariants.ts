import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import { isRefused } from "../../../src/domain/decision.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { type OperationHash } from "../../../src/domain/identifiers.js";
import type * as Baker from "../../../src/domain/baker/baker.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { type Content } from "../../../src/application/ports/chain.js";
import { FINALITY } from "../../../src/application/process/payer/facts.js";
import { type Installation } from "./installation.js";

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>;

interface Folded {
  wallet: Wallet.State;
  readonly payments: Map<string, Payment.State>;
  readonly signed: Map<OperationHash, Of<"OperationSigned">["data"]>;
  readonly foreign: Set<OperationHash>;
  events: number;
  mode: Baker.Mode;
  /** Handed to nodes, as of the last check. */
  injected: number;
  /** Handed to a node since the mode was left. */
  injectedOutside: { readonly hash: OperationHash; readonly mode: Baker.Mode } | undefined;
}

const paymentTypes = new Set<string>(Payment.Event.options.map((option) => option.shape.type.value));
const walletTypes = new Set<string>(Wallet.Event.options.map((option) => option.shape.type.value));
const isPayment = (event: DomainEvent): event is Payment.Event => paymentTypes.has(event.type);
const isWallet = (event: DomainEvent): event is Wallet.Event => walletTypes.has(event.type);

const folds = new WeakMap<Installation, Folded>();
const blank = (): Folded => ({
  wallet: Wallet.initial,
  payments: new Map(),
  signed: new Map(),
  foreign: new Set(),
  events: 0,
  mode: "off",
  injected: 0,
  injectedOutside: undefined,
});

/**
 * Folds what was appended since the last check. A checkpoint must say what the fold from zero says; outside *on*
 * nothing is signed (I10).
 */
const fold = (world: Installation): Folded => {
  const folded = folds.get(world) ?? blank();
  folds.set(world, folded);
  const events = world.events();
  let wasOn = folded.mode === "on";
  for (const { stream, event } of events.slice(folded.events)) {
    if (event.type === "WalletCheckpointed") {
      expect({ ...folded.wallet, events: 0 }).to.deep.equal(event.data.state);
    }
    if (event.type === "ModeChanged") {
      folded.mode = event.data.mode;
      wasOn ||= folded.mode === "on";
    }
    if (event.type === "OperationSigned") {
      if (folded.mode !== "on") throw new Error(`${event.data.hash} was signed in mode ${folded.mode}`);
      const decision = Wallet.sign(event.data)(folded.wallet);
      if (isRefused(decision)) throw new Error(`${event.data.hash} was signed against ${decision.refused}`);
    }
    if (isWallet(event)) folded.wallet = Wallet.evolve(folded.wallet, event);
    if (isPayment(event)) {
      const before = folded.payments.get(stream) ?? Payment.initial;
      folded.payments.set(stream, Payment.evolve(before, event));
    }
    if (event.type === "OperationSigned") folded.signed.set(event.data.hash, event.data);
    if (event.type === "ForeignOperationFound") folded.foreign.add(event.data.hash);
  }
  const last = world.injected.at(-1);
  if (!wasOn && last !== undefined && world.injected.length > folded.injected)
    folded.injectedOutside = { hash: last, mode: folded.mode };
  folded.events = events.length;
  folded.injected = world.injected.length;
  return folded;
};

interface OnChain {
  readonly hash: OperationHash;
  readonly contents: readonly {
    readonly content: Content;
    readonly applied: boolean;
    readonly burn: bigint;
  }[];
}

/** The payer's operations in the head's branch. */
const operationsOnChain = (world: Installation): readonly OnChain[] => {
  const { constants } = world.model.genesis.rules;
  const found: OnChain[] = [];
  for (let block = world.model.head; block.level > 0;) {
    for (const { operation, results } of block.operations) {
      if (operation.contents[0]?.source !== world.payer) continue;
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

/** Each obligation's status is one of those that balance with what is due (I1). */
const checkDue = ({ payments }: Folded): void => {
  for (const state of payments.values()) {
    for (const { id, due, status } of state.obligations.values()) {
      if (status.at === "paid" && status.sent + status.charged !== due)
        throw new Error(`${id} got other than is due`);
    }
  }
};

/** At most one operation that is not proven dead for each obligation, and at most one that paid it (I2). */
const checkOnePerObligation = (
  { payments, wallet }: Folded,
  chain: readonly OnChain[],
  signed: Folded["signed"],
): void => {
  const undead = new Map<string, string>();
  for (const [stream, state] of payments) {
    for (const [batchId, batch] of state.batches) {
      const fate = Wallet.batchFate(wallet, batchId);
      if (fate.at !== "live" && fate.at !== "final") continue;
      if (batch.at !== "formed") continue;
      for (const item of batch.items) {
        const key = `${stream} ${item.obligation}`;
        if (undead.has(key)) throw new Error(`two live batches for ${key}`);
        undead.set(key, batchId);
      }
    }
  }
  const paidOnChain = new Map<string, string>();
  for (const { hash, contents } of chain) {
    const intent = signed.get(hash);
    if (intent === undefined || intent.batchId === null || intent.payment === null) continue;
    const items = payments.get(intent.payment)?.batches.get(intent.batchId)?.items ?? [];
    contents.forEach(({ applied }, i) => {
      const item = items[i];
      if (!applied || item === undefined) return;
      const key = `${intent.payment} ${item.obligation}`;
      if (paidOnChain.has(key)) throw new Error(`paid twice on chain: ${key}`);
      paidOnChain.set(key, hash);
    });
  }
};

/** Every operation of the payer on chain has an intent, with exactly the planned contents (I3, I11). */
const checkIntents = (chain: readonly OnChain[], { signed, payments, foreign }: Folded): void => {
  for (const { hash, contents } of chain) {
    const intent = signed.get(hash);
    if (foreign.has(hash)) continue;
    if (intent === undefined) throw new Error(`no intent for ${hash}`);
    if (intent.batchId === null || intent.payment === null) continue;
    const state = payments.get(intent.payment);
    const planned = (state?.batches.get(intent.batchId)?.items ?? []).map(({ obligation, sent }) => ({
      recipient: state?.obligations.get(obligation)?.recipient,
      amount: sent,
    }));
    const sent = contents.map(({ content }) =>
      content.kind === "transaction" ? { recipient: content.destination, amount: content.amount } : undefined,
    );
    if (!isDeepStrictEqual(sent, planned)) throw new Error(`${hash} pays what no batch says`);
  }
};

/** What others gave the wallet in the head's branch. */
const givenTo = ({ model, payer }: Installation): bigint => {
  let given = 0n;
  for (let level: number = model.head.level; level > 0; level -= 1) {
    for (const change of model.block(level)?.interventions ?? [])
      if (change.kind === "credit" && change.address === payer) given += change.amount;
  }
  return given;
};

/** What left the wallet is what was sent, the fees and the burns (I4). */
const checkConservation = (world: Installation, chain: readonly OnChain[]): void => {
  const account = world.model.genesis.accounts.find(({ address }) => address === world.payer);
  const before = (account?.balance ?? 0n) + givenTo(world);
  const spent = chain
    .flatMap(({ contents }) => contents)
    .reduce((total, { content, applied, burn }) => {
      const moved = applied && content.kind === "transaction" ? content.amount : 0n;
      return total + content.fee + burn + moved;
    }, 0n);
  expect(before - (world.model.account(world.payer)?.balance ?? 0n), "spent by the wallet").to.equal(spent);
};

/** What was injected stands in the log (I7). */
const checkInjected = (world: Installation, { signed }: Folded): void => {
  const [early] = world.injectedUnlogged;
  if (early !== undefined) throw new Error(`injected before it stood in the log: ${early}`);
  for (const hash of world.injected)
    if (!signed.has(hash)) throw new Error(`injected but not in the log: ${hash}`);
};

/** I1 to I4, I7, I11 and that nothing is signed outside *on*; throws at the first that does not hold. */
export const checkSafety = (world: Installation): void => {
  const folded = fold(world);
  const chain = operationsOnChain(world);
  checkDue(folded);
  checkOnePerObligation(folded, chain, folded.signed);
  checkIntents(chain, folded);
  checkConservation(world, chain);
  checkInjected(world, folded);
};

/** All that `checkSafety` does, and that nothing is injected outside *on*, if processes act one after the other. */
export const checkInvariants = (world: Installation): void => {
  checkSafety(world);
  const { injectedOutside } = fold(world);
  if (injectedOutside !== undefined)
    throw new Error(`${injectedOutside.hash} was injected in mode ${injectedOutside.mode}`);
};

/**
 * What these cycles owed has come to its end: paid by an operation that is final, carried, or held for a reason that
 * is its receiver's; nothing of them is under way (I8).
 */
export const checkAllIsFinal = (world: Installation, cycles: readonly number[]): void => {
  const { wallet, payments, signed } = fold(world);
  const finalLevel = world.model.head.level - FINALITY;
  for (const cycle of cycles) {
    const [stream, state] = [...payments].find(([name]) => name.endsWith(`_${cycle}`)) ?? [
      "",
      Payment.initial,
    ];
    expect(state.completed, `cycle ${cycle} is complete`).to.not.equal(undefined);
    const live = wallet.operations.filter(({ hash }) => signed.get(hash)?.payment === stream);
    expect(live, `live operations of cycle ${cycle}`).to.deep.equal([]);
    for (const { id, status } of state.obligations.values()) {
      expect(status.at, `${stream} ${id}`).to.be.oneOf(["paid", "carried", "held"]);
      if (status.at !== "paid" || status.operation === null) continue;
      const { operation } = status;
      expect(levelOf(world, operation), `${stream} ${id} is paid at`).to.be.within(1, finalLevel);
    }
  }
};

/** The block of the head's branch that an operation stands in. */
const levelOf = ({ model }: Installation, hash: OperationHash): number | undefined => {
  for (let level: number = model.head.level; level > 0; level -= 1) {
    const block = model.block(level);
    if (block?.operations.some(({ operation }) => operation.hash === hash)) return level;
  }
  return undefined;
};

/** What was applied on chain for each obligation of these cycles: its receiver and amount, in the order paid. */
export const paidOnChain = (world: Installation, cycles: readonly number[]): readonly string[] => {
  const { signed, payments } = fold(world);
  return operationsOnChain(world).flatMap(({ hash, contents }) => {
    const { batchId, payment } = signed.get(hash) ?? { batchId: null, payment: null };
    if (batchId === null || payment === null) return [];
    if (!cycles.some((cycle) => payment.endsWith(`_${cycle}`))) return [];
    const items = payments.get(payment)?.batches.get(batchId)?.items ?? [];
    return contents.flatMap(({ content, applied }, i) =>
      applied && content.kind === "transaction"
        ? [`${payment} ${items[i]?.obligation}: ${content.amount} to ${content.destination}`]
        : [],
    );
  });
};
