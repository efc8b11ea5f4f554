import { isDeepStrictEqual } from "node:util";
import { expect } from "chai";
import { type OperationHash, type TzAddress } from "../../../src/domain/identifiers.js";
import { sumOf } from "../../../src/domain/money.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { FINALITY } from "../finality.js";
import { fold, type Folded, type Installation, type OnChain, operationsOnChain } from "./folded.js";

/** Each obligation's status is one of those that balance with what is due (I1). */
const checkDue = ({ payments }: Folded): void => {
  for (const state of payments.values()) {
    for (const { id, due, status } of state.obligations.values()) {
      if (status.at === "paid" && status.sent + status.charged + (status.adjusted ?? 0n) !== due)
        throw new Error(`${id} got other than is due`);
    }
  }
};

/**
 * What was taken from the ledger for one delegator is what its payment is planned for, and a bond pool's plan what its
 * split comes to; of no other payment is anything taken (I1, I4).
 */
const checkPlans = ({ payments, settled }: Folded): void => {
  for (const [stream, { plan, shared }] of payments) {
    if (plan === undefined) continue;
    const taken = settled.get(stream) ?? 0n;
    const isCycles = Payment.cycleOfStream(stream) !== undefined;
    if (!isCycles && plan.taken !== taken) throw new Error(`${stream} pays ${plan.taken} of ${taken} taken`);
    if (taken > 0n && plan.sum !== taken) throw new Error(`${stream} owes other than was taken`);
    if (shared === undefined) continue;
    const nets = sumOf(shared.shares, ({ net }) => net);
    const isWhole = plan.sum === nets + shared.charges && shared.base === plan.sum + shared.rest;
    if (!isWhole || shared.rest < 0n !== shared.base < 0n) throw new Error(`${stream} does not add up`);
  }
};

/** At most one operation that is not proven dead for each obligation, and at most one that paid it (I2). */
const checkOnePerObligation = (
  { payments, wallets, foreign }: Folded,
  chain: readonly OnChain[],
  signed: Folded["signed"],
): void => {
  const undead = new Map<string, string>();
  for (const [stream, state] of payments) {
    for (const [batchId, batch] of state.batches) {
      const fates = [...wallets.values()].map((wallet) => Wallet.batchFate(wallet, batchId).at);
      if (!fates.includes("live") && !fates.includes("final")) continue;
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
  if (foreign.size === 0) return;
  for (const [stream, { obligations }] of payments) {
    for (const { id, status } of obligations.values()) {
      const isByHand = status.at === "paid" && status.operation !== null && foreign.has(status.operation);
      if (isByHand && paidOnChain.has(`${stream} ${id}`))
        throw new Error(`paid by hand and on chain: ${stream} ${id}`);
    }
  }
};

/** Every operation of the payer on chain has an intent, with exactly the planned contents, or is foreign (I3, I11). */
const checkIntents = (
  chain: readonly OnChain[],
  { signed, planned, foreign }: Folded,
  byHand: Installation["byHand"],
): void => {
  for (const { hash, contents } of chain) {
    const intent = signed.get(hash);
    if (foreign.has(hash) || byHand?.has(hash)) continue;
    if (intent === undefined) throw new Error(`no intent for ${hash}`);
    if (intent.batchId === null || intent.payment === null) continue;
    const sent = contents.map(({ content }) =>
      content.kind === "transaction" ? { recipient: content.destination, amount: content.amount } : undefined,
    );
    if (!isDeepStrictEqual(sent, planned.get(hash))) throw new Error(`${hash} pays what no batch says`);
  }
};

/** What others gave the wallet in the head's branch. */
const givenTo = ({ model }: Installation, payer: TzAddress): bigint => {
  let given = 0n;
  for (let level: number = model.head.level; level > 0; level -= 1) {
    for (const change of model.block(level)?.interventions ?? [])
      if (change.kind === "credit" && change.address === payer) given += change.amount;
  }
  return given;
};

/** What left a wallet is what was sent, the fees and the burns (I4). */
const checkConservation = (world: Installation, payer: TzAddress): void => {
  const account = world.model.genesis.accounts.find(({ address }) => address === payer);
  const before = (account?.balance ?? 0n) + givenTo(world, payer);
  const spent = operationsOnChain(world, new Set([payer]))
    .flatMap(({ contents }) => contents)
    .reduce((total, { content, applied, burn }) => {
      const moved = applied && content.kind === "transaction" ? content.amount : 0n;
      return total + content.fee + burn + moved;
    }, 0n);
  expect(before - (world.model.account(payer)?.balance ?? 0n), "spent by the wallet").to.equal(spent);
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
  checkPlans(folded);
  checkOnePerObligation(folded, chain, folded.signed);
  checkIntents(chain, folded, world.byHand);
  for (const payer of folded.payers) checkConservation(world, payer);
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
 * What these cycles owed, and what they left to a bond pool, has come to its end: paid by an operation that is final, carried, or held for a reason that
 * is its receiver's; nothing of them is under way (I8).
 */
export const checkAllIsFinal = (world: Installation, cycles: readonly number[]): void => {
  const { wallets, payments, signed, withdrawn } = fold(world);
  const finalLevel = world.model.head.level - FINALITY;
  for (const cycle of cycles) {
    const [own] = [...payments].find(([name]) => Payment.cycleOfStream(name) === cycle) ?? [];
    expect(own, `cycle ${cycle} is planned`).to.not.equal(undefined);
  }
  const concerned = cycles.flatMap((cycle) =>
    [...payments].filter(
      ([name]) => Payment.cycleOfStream(name) === cycle || name.endsWith(`_bond_${cycle}`),
    ),
  );
  for (const [stream, state] of concerned) {
    const isBegun = state.batches.size > 0;
    if (isBegun || !withdrawn.has(stream))
      expect(state.completed, `${stream} is complete`).to.not.equal(undefined);
    const live = [...wallets.values()]
      .flatMap((wallet) => wallet.operations)
      .filter(({ hash }) => signed.get(hash)?.payment === stream);
    expect(live, `live operations of ${stream}`).to.deep.equal([]);
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
