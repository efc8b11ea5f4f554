// How the payer moves money: batches, their operations, and what a payout leaves to do.
import { cycleOf, paymentIn, rewardOf } from "../../../src/application/aggregates.js";
import * as Baker from "../../../src/domain/baker/baker.js";
import * as Cycle from "../../../src/domain/cycle/cycle.js";
import { sha256 } from "../../../src/domain/digest.js";
import { asCounter, asLevel, type StreamName } from "../../../src/domain/identifiers.js";
import * as Ledger from "../../../src/domain/ledger/ledger.js";
import { mutez, ZERO } from "../../../src/domain/money.js";
import { planBondPool } from "../../../src/domain/payment/bond-pool.js";
import { type ItemResult } from "../../../src/domain/payment/events.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { planPayout } from "../../../src/domain/payment/plan.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { blockOf, operationOf } from "../identifiers.js";
import { BAKER, PAYER } from "../payouts.js";
import { type History, pick, TOKEN } from "./history.js";

/** Signs, watches and settles batches one step on; false: nothing is open. */
export const pay = (history: History, stream: StreamName, a: number, b: number): boolean => {
  const payment = paymentIn(stream);
  const { obligations, batches } = history.state(payment);
  const formed = [...batches].find(([, { at }]) => at === "formed");
  if (!formed) {
    const open = [...obligations.open()].slice(0, 1 + (a % 3));
    const items = open.map(({ id, due }) => {
      const transactionFee = mutez(due > 2n ? 2n : 0n);
      return { obligation: id, sent: mutez(due - transactionFee), transactionFee, allocationFee: ZERO };
    });
    if (items.length > 0 && b % 6 === 0)
      return history.act(payment, Payment.setAside({ obligations: open.map(({ id }) => id).slice(0, 1) }));
    return history.act(payment, Payment.formBatch({ batchId: `${stream}/${history.next()}`, items }));
  }
  const [batchId, { items }] = formed;
  const fate = Wallet.batchFate(history.state(history.wallet), batchId);
  if (fate.at === "voided") return history.act(payment, Payment.dissolve(batchId));
  if (fate.at === "unsigned" && a % 6 === 0)
    return history.act(history.wallet, Wallet.voidBatch({ batchId, reason: "a hold" }));
  if (fate.at === "unsigned")
    return history.act(
      history.wallet,
      Wallet.sign(operation(history, "batch", batchId, stream, items.length)),
    );
  if (fate.at === "live") return watch(history, b);
  const results = items.map(({ obligation }, n): ItemResult => {
    if (n === a % 7) return { obligation, result: "held", error: "script_rejected" };
    return n === b % 5 ? { obligation, result: "returned" } : { obligation, result: "paid" };
  });
  if (fate.hash === undefined) return false;
  const settled = { batchId, operation: fate.hash, results, fee: mutez(3n), burn: mutez(1n) };
  return history.act(payment, Payment.settleBatch(settled));
};

export const operation = (
  history: History,
  purpose: "batch" | "reveal" | "delegation",
  batchId: string,
  payment: string | null,
  contents: number,
) => {
  const firstCounter = Wallet.nextCounter(history.state(history.wallet));
  const number = history.next();
  return {
    hash: operationOf(number),
    bytes: "00",
    branch: blockOf(number),
    branchLevel: asLevel(1_000 + number),
    finalLevel: asLevel(1_001 + number),
    ttl: 8,
    firstCounter,
    lastCounter: asCounter(firstCounter + BigInt(contents) - 1n),
    purpose,
    batchId,
    payment,
    digest: sha256(`${number}`),
    token: TOKEN,
  };
};

/** The wallet's oldest operation lives on, or dies. */
export const watch = (history: History, b: number): boolean => {
  const { wallet } = history;
  const state = history.state(wallet);
  const [oldest] = state.operations;
  if (!oldest) return false;
  const { hash, included } = oldest;
  const level = asLevel(2_000 + history.next());
  const place = { hash, block: blockOf(level), level };
  if (included && b % 4 === 0) return history.act(wallet, Wallet.reorganise(hash));
  if (included) {
    const length = Number(oldest.lastCounter - oldest.firstCounter) + 1;
    const contents = Array.from({ length }, (_, n) => ({
      status: n % 3 === 2 ? ("backtracked" as const) : ("applied" as const),
      fee: mutez(BigInt(n + 1)),
      burn: mutez(BigInt(b % 3)),
      errors: [],
    }));
    return history.act(wallet, Wallet.finalise({ ...place, contents }));
  }
  if (b % 5 === 0) {
    const kind = pick(["temporary", "branch", "permanent"] as const, b);
    if (history.act(wallet, Wallet.recordRefusal({ hash, kind, errors: ["prefilter"] }))) return true;
  }
  if (b % 5 === 1 && state.operations.length === 1) {
    const at = { finalBlock: blockOf(level), finalLevel: level, counter: state.counter, ttl: 8 };
    return history.act(wallet, Wallet.proveDead({ hash, proof: { rule: "expired", ...at } }));
  }
  return history.act(wallet, Wallet.include(place));
};

/** Completes a payout of which nothing is pending, and what it leaves to do. */
export const finish = (history: History, stream: StreamName): boolean => {
  const payment = paymentIn(stream);
  if (history.act(payment, Payment.complete)) return true;
  const state = history.state(payment);
  const cycle = Payment.cycleOfStream(stream);
  if (!state.completed) return false;
  if (cycle === undefined)
    return history.act(history.wallet, Wallet.closePayments({ payments: [stream], token: TOKEN }));
  const { take } = history.state(history.ledger);
  const { allocation } = history.state(rewardOf(BAKER, cycle));
  const terms = {
    payer: PAYER,
    minimumPayout: mutez(10n),
    belowMinimumPayout: "carry" as const,
    minimumIsBelow: false,
  };
  const left = take && allocation ? planPayout(allocation.rows, take.balances, terms).carried : [];
  const rows = new Map(left.map(({ delegator, amount }) => [delegator, amount]));
  for (const { delegator, amount } of Payment.carriedObligations(state))
    rows.set(delegator, mutez((rows.get(delegator) ?? 0n) + amount));
  const carry = [...rows].map(([delegator, amount]) => ({ delegator, amount }));
  const number = { payment: stream, plan: state.plans };
  if (history.act(history.ledger, Ledger.carry({ ...number, rows: carry }), history.made % 3 === 0))
    return true;
  const totals = Payment.totalsOf(state);
  if (totals.pending > 0) return false;
  const { paid, carried, held } = totals;
  const settled = { paid, carried, held, networkCosts: Payment.networkCostsOf(state) };
  if (history.act(cycleOf(BAKER, cycle), Cycle.settle(settled))) return true;
  const pool = Baker.bondPoolOf(history.state(history.baker), cycle);
  if (!pool || !allocation) return false;
  const bond = paymentIn(Payment.bondStream(BAKER, cycle));
  const ceilings = { operation: mutez(30n), cycle: mutez(50n), deviationFromLastCyclesPct: 900 };
  const split = { allocation, keptByPlan: state.plan?.kept ?? ZERO, networkCosts: settled.networkCosts };
  const decide = planBondPool(split, pool, { allocation: allocation.resultDigest, payer: PAYER, ceilings });
  if (history.made % 2 > 0) return history.act(bond, decide);
  // Whoever dies on the way finds another pool when it goes on.
  const leaving = pool.members.find(({ member }) => member !== pool.manager)?.member;
  const isPart = history.act(bond, decide, true);
  if (isPart && leaving)
    history.act(history.baker, Baker.removeBondPoolMember({ member: leaving, actor: "cli:ann" }));
  history.next();
  return isPart;
};
