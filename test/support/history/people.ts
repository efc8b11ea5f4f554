// What people do at any moment, and the payer beside what it pays.
import { cycleOf, paymentIn, rewardOf } from "../../../src/application/aggregates.js";
import * as Baker from "../../../src/domain/baker/baker.js";
import * as Cycle from "../../../src/domain/cycle/cycle.js";
import { sha256 } from "../../../src/domain/digest.js";
import { asCounter, asCycle, asLevel, type StreamName } from "../../../src/domain/identifiers.js";
import * as Ledger from "../../../src/domain/ledger/ledger.js";
import { basisPoints, mutez, ZERO } from "../../../src/domain/money.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { planSettlement, planTransfers } from "../../../src/domain/payment/transfers.js";
import * as Reward from "../../../src/domain/reward/reward.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { addressOf, operationOf } from "../identifiers.js";
import { BAKER, PAYER, POLICY } from "../payouts.js";
import { CYCLES, DELEGATORS, type History, pick, TOKEN } from "./history.js";
import { operation, watch } from "./moving.js";

export type Act = (history: History, choice: { a: number; b: number; actor: string }) => unknown;

/** Mostly one that is neither paid nor carried. */
const someStanding = (history: History, a: number, b: number) => {
  const isOpen = (name: StreamName) => !history.state(paymentIn(name)).obligations.open().next().done;
  const streams = history.payments();
  const stream = (b % 3 > 0 ? streams.find(isOpen) : undefined) ?? pick(streams, a);
  const every = [...history.state(paymentIn(stream)).obligations.values()];
  const open = every.filter(({ status }) => status.at === "open" || status.at === "held");
  const all = b % 3 > 0 && open.length > 0 ? open : every;
  return all.length === 0 ? undefined : { payment: paymentIn(stream), standing: pick(all, b) };
};

const amountOf = (b: number) => mutez(BigInt(b) * 13n + 1n);

/** What people do. */
export const ACTS = {
  terms: (h, { a, b, actor }) => {
    const delegator = pick(DELEGATORS, a);
    if (b % 4 === 0) return h.act(h.baker, Baker.clearTerms({ delegator, actor }));
    const terms = b % 3 === 0 ? { recipient: pick(DELEGATORS, b) } : { feeBps: basisPoints.parse(b) };
    return h.act(h.baker, Baker.setTerms({ baker: BAKER, row: { delegator, ...terms }, actor }));
  },
  policy: (h, { a, b, actor }) => {
    const terms =
      a % 2 === 0 ? undefined : [{ delegator: pick(DELEGATORS, b), feeBps: basisPoints.parse(a) }];
    const policy = { ...POLICY, feeBps: basisPoints.parse(b) };
    return h.act(h.baker, Baker.changePolicy({ policy, terms, actor }));
  },
  ceilings: (h, { b, actor }) => {
    const amounts = { operation: amountOf(b), cycle: amountOf(b), operationFee: amountOf(b) };
    const ceilings = { ...amounts, deviationFromLastCyclesPct: b };
    return h.act(h.baker, Baker.setCeilings({ ceilings, actor }));
  },
  mode: (h, { a, b, actor }) => {
    const mode = pick(["on", "off", "simulation"] as const, a);
    if (mode !== "on")
      h.act(h.wallet, Wallet.pause({ reason: "mode", detail: mode, actor, untilLevel: null }));
    h.act(h.baker, Baker.changeMode({ mode, fromCycle: pick(CYCLES, b), actor }));
    if (mode === "on") h.act(h.wallet, Wallet.resume({ reason: "mode", actor }));
  },
  firstCycle: (h, { a, actor }) =>
    h.act(h.baker, Baker.setFirstCycle({ firstCycle: pick(CYCLES, a), actor })),
  request: (h, { a, actor }) => h.act(h.baker, Baker.requestPayment({ cycle: pick(CYCLES, a), actor })),
  member: (h, { a, b, actor }) => {
    const member = pick(DELEGATORS, a);
    if (b % 5 === 0) return h.act(h.baker, Baker.removeBondPoolMember({ member, actor }));
    const terms = { amount: amountOf(b), chargeBps: basisPoints.parse(b * 100), manager: b % 3 === 0 };
    return h.act(h.baker, Baker.setBondPoolMember({ member, ...terms, actor }));
  },
  pool: (h, { b, actor }) => {
    const fromCycle = b % 3 === 0 ? null : asCycle(198);
    return h.act(h.baker, Baker.switchBondPool({ fromCycle, actor }));
  },
  cycle: (h, { a, b, actor }) => {
    const cycle = pick(CYCLES, a);
    const life = cycleOf(BAKER, cycle);
    if (b % 4 === 0) return h.act(life, Cycle.hold({ reason: "person", detail: "a look", actor }));
    if (b % 4 < 3) return h.act(life, Cycle.release({ actor }));
    const isPlanned = h.state(paymentIn(Payment.cycleStream(BAKER, cycle))).plan !== undefined;
    return !isPlanned && b % 8 === 7 && h.state(h.ledger).take === undefined
      ? h.act(life, Cycle.skip({ reason: "too old", actor, planUndone: true }))
      : false;
  },
  supersede: (h, { a, b, actor }) => {
    const aggregate = rewardOf(BAKER, pick(CYCLES, a));
    const why = { reason: "other terms", actor };
    return b % 2 === 0
      ? h.act(aggregate, Reward.supersede(why))
      : h.act(aggregate, Reward.supersedeInputs(why));
  },
  adjust: (h, { a, b, actor }) => {
    const off = {
      amount: mutez(0n - amountOf(b)),
      reason: "overpaid" as const,
      allowNegative: true,
    };
    const more = { amount: amountOf(b), reason: "correction" as const, allowNegative: false };
    const what = { delegator: pick(DELEGATORS, a), reference: `ref ${h.next()}`, actor };
    return h.act(h.ledger, Ledger.adjust({ ...what, ...(b % 3 === 0 ? off : more) }));
  },
  nothing: (h, { a, actor }) => {
    const delegator = pick(DELEGATORS, a);
    const amount = h.state(h.ledger).balances.get(delegator) ?? ZERO;
    const opposite = { delegator, amount: mutez(0n - amount), reason: "correction" as const, actor };
    return h.act(h.ledger, Ledger.adjust({ ...opposite, reference: `ref ${h.next()}`, allowNegative: true }));
  },
  opening: (h, { a, b, actor }) => {
    const rows = DELEGATORS.slice(0, 1 + (a % 5)).map((delegator) => ({
      delegator,
      amount: amountOf(b % 3),
    }));
    const file = sha256(`file ${a % 2} ${b % 3}`);
    const what = { file, format: "csv" as const, cycles: [asCycle(190)], actor, rows };
    return h.act(h.ledger, Ledger.importBalances(what), b % 2 === 0);
  },
  settlement: (h, { a, b, actor }) => {
    const delegator = pick(DELEGATORS, a);
    const number = (h.state(h.ledger).settlements.get(delegator)?.number ?? 0) + 1;
    const stream = Payment.settlementStream(BAKER, delegator, number);
    const taken = {
      delegator,
      number,
      payment: stream,
      recipient: pick(DELEGATORS, a + 1),
      reason: "left",
      actor,
    };
    if (!h.act(h.ledger, Ledger.settle(taken))) return;
    const settlement = h.state(h.ledger).settlements.get(delegator);
    if (!settlement) return;
    const ceilings = { operation: mutez(40n), cycle: mutez(90n), deviationFromLastCyclesPct: 900 };
    h.act(paymentIn(stream), Payment.plan(planSettlement(settlement, PAYER, ceilings)));
    const { plan } = h.state(paymentIn(stream));
    const isRejected =
      b % 3 === 0 &&
      plan !== undefined &&
      h.act(paymentIn(stream), Payment.reject({ planDigest: plan.digest, reason: "not so", actor }));
    if (isRejected) h.act(h.ledger, Ledger.returnSettlement({ delegator, number, actor }));
    else h.act(h.wallet, Wallet.requestPayment({ payment: stream, actor }));
  },
  transfer: (h, { a, b, actor }) => {
    const stream = Payment.batchStream(BAKER, `x${a % 3}`);
    const rows = DELEGATORS.slice(a % 3, 4).map((to) => ({ to, amount: amountOf(b) }));
    h.act(paymentIn(stream), Payment.plan(planTransfers(rows, PAYER, "receiver")));
    h.act(h.wallet, Wallet.requestPayment({ payment: stream, actor }));
  },
  reject: (h, { a, b, actor }) => {
    const isNew = (one: (typeof CYCLES)[number]) => {
      const { plan, batches } = h.state(paymentIn(Payment.cycleStream(BAKER, one)));
      return plan !== undefined && batches.size === 0;
    };
    const cycle = CYCLES.find(isNew) ?? pick(CYCLES, a);
    const payment = paymentIn(Payment.cycleStream(BAKER, cycle));
    const planDigest = h.state(payment).plan?.digest;
    if (b % 3 === 0 || !planDigest) return;
    if (!h.act(payment, Payment.reject({ planDigest, reason: "odd", actor }))) return;
    h.act(h.ledger, Ledger.giveBack({ payment: payment.stream, plan: h.state(payment).plans }));
    h.act(rewardOf(BAKER, cycle), Reward.reopen(actor));
  },
  hold: (h, { a, b, actor }) => {
    const found = someStanding(h, a, b);
    if (!found) return;
    h.act(found.payment, Payment.hold({ obligation: found.standing.id, reason: "asked to", actor }));
  },
  release: (h, { a, b, actor }) => {
    const found = someStanding(h, a, b);
    if (!found) return;
    const cycle = Payment.cycleOfStream(found.payment.stream);
    const released = { obligation: found.standing.id, recipient: pick(DELEGATORS, b), actor };
    if (found.standing.status.at !== "held") return;
    if (cycle !== undefined) h.act(cycleOf(BAKER, cycle), Cycle.reopen(actor));
    h.act(found.payment, Payment.release(released));
  },
  foreign: (h, { a, b, actor }) => {
    const state = h.state(h.wallet);
    const firstCounter = asCounter(state.counter + 1n);
    if (state.foreign.length === 0 && state.operations.length === 0) {
      const content = { kind: "transaction", destination: pick(DELEGATORS, a), amount: amountOf(b) };
      const contents = [{ ...content, status: "applied" as const, fee: mutez(400n), burn: mutez(0n) }];
      const place = { level: asLevel(3_000 + b), firstCounter, lastCounter: firstCounter };
      h.act(h.wallet, Wallet.findForeign({ hash: operationOf(h.next()), ...place, contents }));
    }
    const [found] = h.state(h.wallet).foreign;
    const standing = someStanding(h, a, b);
    if (!found || b % 5 === 0) return;
    const what = { hash: found.hash, reason: "by hand", actor };
    if (b % 5 === 1 || !standing) return h.act(h.wallet, Wallet.classify({ ...what, pays: [] }));
    const claim = { content: 0, obligation: standing.standing.id };
    const costs = { fee: mutez(400n), burn: mutez(0n) };
    const paid = { ...claim, operation: found.hash, amount: amountOf(b), ...costs, actor };
    if (!h.act(standing.payment, Payment.payOutside(paid))) return;
    const pays = [{ ...claim, payment: standing.payment.stream }];
    h.act(h.wallet, Wallet.claim({ hash: found.hash, pays, actor }, found.pays));
    return h.act(h.wallet, Wallet.classify({ ...what, pays }));
  },
  delegation: (h, { a, b, actor }) => {
    const [asked] = h.state(h.wallet).delegations;
    const to = b % 3 === 0 ? null : addressOf("some baker");
    if (!asked) return h.act(h.wallet, Wallet.requestDelegation({ id: `d${h.next()}`, to, actor }));
    const fate = Wallet.batchFate(h.state(h.wallet), asked.id);
    if (fate.at === "final" || fate.at === "voided")
      return h.act(h.wallet, Wallet.closeBatches({ batchIds: [asked.id], token: TOKEN }));
    if (fate.at === "live") return watch(h, b);
    return a % 3 === 0
      ? h.act(h.wallet, Wallet.voidBatch({ batchId: asked.id, reason: "withdrawn" }))
      : h.act(h.wallet, Wallet.sign(operation(h, "delegation", asked.id, null, 1)));
  },
  pause: (h, { a, b, actor }) => {
    const reason = pick(["person", "finding", "restored"] as const, a);
    if (b % 3 > 0) return h.act(h.wallet, Wallet.resume({ reason, actor }));
    return h.act(h.wallet, Wallet.pause({ reason, detail: "wait", actor, untilLevel: asLevel(b) }));
  },
  close: (h) => {
    const batchIds = Object.entries(h.state(h.wallet).batches)
      .filter(([, { results, voided }]) => results !== null || voided)
      .map(([id]) => id)
      .filter((id) => {
        const stream = Payment.streamOfBatch(id);
        return stream && h.state(paymentIn(stream)).batches.get(id)?.at !== "formed";
      });
    return h.act(h.wallet, Wallet.closeBatches({ batchIds, token: TOKEN }));
  },
  watch: (h, { b }) => watch(h, b),
} satisfies Readonly<Record<string, Act>>;
