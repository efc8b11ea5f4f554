// Payouts of some cycles in which everything happens that can, as a seed has it.
import { bakerOf, cycleOf, ledgerOf, paymentOf, rewardOf } from "../../src/application/aggregates.js";
import * as Baker from "../../src/domain/baker/baker.js";
import * as Cycle from "../../src/domain/cycle/cycle.js";
import { sha256 } from "../../src/domain/digest.js";
import { asCycle, asLevel, chainId, type Cycle as CycleNumber } from "../../src/domain/identifiers.js";
import * as Ledger from "../../src/domain/ledger/ledger.js";
import { basisPoints, mutez, ZERO } from "../../src/domain/money.js";
import { type ItemResult, type Obligation, obligationId } from "../../src/domain/payment/events.js";
import * as Payment from "../../src/domain/payment/payment.js";
import { type AllocationPolicy } from "../../src/domain/reward/policy-codec.js";
import * as Reward from "../../src/domain/reward/reward.js";
import * as Wallet from "../../src/domain/wallet/wallet.js";
import { addressOf } from "./identifiers.js";
import { PayoutWallet, random } from "./payout-wallet.js";
import { RecordedLog } from "./recorded-log.js";

export const BAKER = addressOf("baker");
export const PAYER = addressOf("payer");
const CHAIN = chainId.parse("NetXdQprcVkpaWU");
const actor = "tester";
const FEE = mutez(2n);
const BURN = mutez(3n);

export const POLICY: AllocationPolicy = {
  preset: "taps",
  feeBps: basisPoints.parse(500),
  poolKinds: ["blocks", "attestations"],
  minimumBalance: ZERO,
  belowMinimumBalance: "keep",
  minimumPayout: mutez(10n),
  belowMinimumPayout: "carry",
  overdelegationProtection: true,
  transactionFeePaidBy: "delegator",
  allocationFeePaidBy: "delegator",
  emptiedAccounts: "pay",
};

export interface Scenario {
  readonly seed: number;
  readonly cycles: readonly number[];
  readonly delegators: number;
  readonly batchSize: number;
}

/** Writes the log of a scenario, one decision after another. */
class Payouts {
  readonly log = new RecordedLog();
  private readonly next: () => number;
  private readonly wallet: PayoutWallet;
  private readonly ledger = ledgerOf(BAKER);
  private made = 0;

  constructor(private readonly scenario: Scenario) {
    this.next = random(scenario.seed);
    this.wallet = new PayoutWallet(this.log, PAYER, this.next, { fee: FEE, burn: BURN });
  }

  private maybe(probability: number): boolean {
    return this.next() < probability;
  }

  begin(): void {
    const terms = [1, 2, 3].map((n) => ({
      delegator: addressOf(n),
      feeBps: basisPoints.parse(n),
      ...(n === 1 ? { recipient: addressOf("savings"), status: "pay" as const } : {}),
      ...(n === 2 ? { maximumBalance: mutez(10n ** 17n) } : {}),
    }));
    const register = { chainId: CHAIN, firstCycle: asCycle(201), startCycle: undefined };
    this.log.act(
      bakerOf(BAKER),
      Baker.register(register),
      Baker.setPayer({ payer: PAYER, actor }),
      Baker.changePolicy({ policy: POLICY, terms, actor }),
      Baker.changePolicy({ policy: POLICY, terms: terms.slice(1), actor }),
      ...[4, 3].map((n) =>
        Baker.setTerms({ baker: BAKER, row: { delegator: addressOf(n), status: "pay" }, actor }),
      ),
      Baker.clearTerms({ delegator: addressOf(3), actor }),
      ...[5, 6, 7].map((n) =>
        Baker.setBondPoolMember({
          member: addressOf(n),
          amount: mutez(10n ** BigInt(n)),
          chargeBps: basisPoints.parse(n),
          manager: n < 7,
          actor,
        }),
      ),
      Baker.switchBondPool({ fromCycle: asCycle(201), actor }),
      Baker.removeBondPoolMember({ member: addressOf(5), actor }),
      Baker.requestPayment({ cycle: asCycle(201), actor }),
      Baker.changeMode({ mode: "on", fromCycle: asCycle(202), actor }),
    );
    this.wallet.begin(CHAIN);
    this.wallet.operate(Wallet.REVEAL, null, 1);
    this.wallet.closeBatch(Wallet.REVEAL);
  }

  cycle(n: number): void {
    const cycle = asCycle(n);
    const aggregate = cycleOf(BAKER, cycle);
    const levels = { firstLevel: asLevel(n * 100), lastLevel: asLevel(n * 100 + 99) };
    this.log.act(aggregate, Cycle.open(levels), Cycle.end(asLevel(n * 100 + 101)));
    const digest = this.allocate(cycle);
    this.log.act(aggregate, Cycle.rewardsReady({ digest }));
    if (this.maybe(0.3)) {
      const held = { reason: "person" as const, detail: "a look first", actor };
      this.log.act(aggregate, Cycle.hold(held));
      if (this.maybe(0.4)) {
        this.log.act(aggregate, Cycle.skip({ reason: "too old", actor, planUndone: false }));
        return;
      }
      this.log.act(aggregate, Cycle.release({ actor }));
    }
    this.log.act(aggregate, Cycle.startPayout({ digest }));
    this.log.act(rewardOf(BAKER, cycle), Reward.fix(digest));
    this.plan(cycle, digest);
    this.payAll(cycle);
    this.settle(cycle);
    this.releaseHeld(cycle);
  }

  end(): void {
    this.wallet.pause();
  }

  private allocate(cycle: CycleNumber) {
    const reward = rewardOf(BAKER, cycle);
    const attempt = sha256(`inputs of ${cycle}`);
    const byKind = { blocks: ZERO, attestations: ZERO, dal: ZERO, blockFees: ZERO };
    const income = { ...byKind, nonceRevelations: ZERO, vdfRevelations: ZERO };
    const count = this.scenario.delegators;
    const inputs = {
      attempt,
      source: "tzkt" as const,
      headLevel: 9,
      lastLevel: 7,
      income,
      ownDelegated: ZERO,
      externalDelegated: ZERO,
      ownStaked: ZERO,
      count,
      sum: ZERO,
      digest: attempt,
    };
    const checks = [{ check: "row-count", message: "1 of 2" }];
    this.log.act(reward, Reward.rejectInputs({ attempt, checks }));
    this.log.act(reward, Reward.recordInputs({ ...inputs, gzipChunks: ["AAAA", "AAAA"] }));
    const result = (version: number) => ({
      engineVersion: "taps/1" as const,
      policy: POLICY,
      terms: [],
      delegationLimit: 9,
      pool: mutez(1_000n * BigInt(cycle)),
      bakerShare: mutez(7n),
      feeTotal: mutez(5n),
      distributed: mutez(3n),
      carried: mutez(2n),
      kept: mutez(1n),
      dust: mutez(-1n),
      resultDigest: sha256(`allocation ${version} of ${cycle}`),
      rows: [],
    });
    this.log.act(reward, Reward.allocate(result(1)));
    if (this.maybe(0.7)) return result(1).resultDigest;
    const again = Reward.allocate(result(2));
    this.log.act(reward, Reward.supersede({ reason: "other terms", actor }), again);
    return result(2).resultDigest;
  }

  private plan(cycle: CycleNumber, allocation: ReturnType<typeof sha256>): void {
    const payment = paymentOf(BAKER, cycle);
    const fees = { transactionFeePaidBy: "delegator" as const, allocationFeePaidBy: "baker" as const };
    const sums = { allocation, taken: ZERO, carried: ZERO, kept: ZERO };
    const ceilings = { operation: mutez(10n ** 12n), cycle: mutez(1n), deviationFromLastCyclesPct: 100 };
    const isOver = cycle % 2 === 0;
    const limits = isOver ? { ceilings, rewards: mutez(9n), before: [mutez(1n)] } : null;
    const simulated = { allocation, obligations: 2, due: mutez(9n), batches: 1, fees: FEE, burns: BURN };
    const failing = [{ delegator: addressOf(1), error: "script_rejected" }];
    this.log.act(payment, Payment.recordSimulation({ ...simulated, failing }));
    if (this.maybe(0.5)) {
      const abandoned = [obligation(9_999, cycle), obligation(1, cycle)];
      const data = { attempt: sha256(`abandoned in ${cycle}`), rows: abandoned };
      this.log.record(payment.stream, [{ type: "ObligationsAdded", data }]);
    }
    const plan = (from: number) => {
      const numbers = Array.from({ length: this.scenario.delegators }, (_, i) => i + from);
      const obligations = numbers.map((n) => obligation(n, cycle));
      return Payment.plan({ ...fees, ...sums, obligations, limits });
    };
    const take = (number: number) => {
      this.log.act(this.ledger, Ledger.take({ payment: payment.stream, plan: number }));
    };
    take(1);
    this.log.act(payment, plan(0));
    if (this.maybe(0.3)) {
      const planDigest = this.log.stateOf(payment).plan?.digest ?? sha256("no plan");
      this.log.act(payment, Payment.reject({ planDigest, reason: "looks wrong", actor }));
      this.log.act(this.ledger, Ledger.carry({ payment: payment.stream, plan: 1, rows: [] }));
      take(2);
      this.log.act(payment, plan(2));
    }
    const { digest } = this.log.stateOf(payment).plan ?? { digest: sha256("no plan") };
    if (isOver) this.log.act(payment, Payment.approve({ planDigest: digest, actor }));
  }

  /** Forms batches until each obligation is paid, carried or held. */
  private payAll(cycle: CycleNumber): void {
    const payment = paymentOf(BAKER, cycle);
    for (;;) {
      const open = [...this.log.stateOf(payment).obligations.values()].filter((o) => o.status.at === "open");
      const [first, ...others] = open;
      if (!first) return;
      if (this.maybe(0.1)) this.log.act(payment, Payment.setAside({ obligations: [first.id] }));
      else if (this.maybe(0.1))
        this.log.act(payment, Payment.hold({ obligation: first.id, reason: "asked to", actor }));
      else this.payBatch(cycle, [first, ...others.slice(0, this.scenario.batchSize - 1)]);
    }
  }

  private payBatch(cycle: CycleNumber, obligations: readonly Obligation[]): void {
    const payment = paymentOf(BAKER, cycle);
    this.made += 1;
    const batchId = `batch-${this.made}`;
    const items = obligations.map(({ id, due }, i) => {
      const allocationFee = i === 0 ? BURN : ZERO;
      return { obligation: id, sent: mutez(due - FEE - allocationFee), transactionFee: FEE, allocationFee };
    });
    this.log.act(payment, Payment.formBatch({ batchId, items }));
    if (this.maybe(0.15)) {
      this.wallet.voidBatch(batchId);
      this.log.act(payment, Payment.dissolve(batchId));
      this.wallet.closeBatch(batchId);
      return;
    }
    const operation = this.wallet.operate(batchId, payment.stream, items.length);
    const results = items.map((item): ItemResult => this.resultOf(item.obligation));
    const settled = { batchId, operation, results, fee: FEE, burn: BURN };
    this.log.act(payment, Payment.settleBatch(settled));
    this.wallet.closeBatch(batchId);
  }

  private resultOf(id: string): ItemResult {
    if (this.maybe(0.1)) return { obligation: id, result: "returned" };
    if (this.maybe(0.1)) return { obligation: id, result: "held", error: "script_rejected" };
    return { obligation: id, result: "paid" };
  }

  private settle(cycle: CycleNumber): void {
    const payment = paymentOf(BAKER, cycle);
    this.log.act(payment, Payment.complete);
    const plan = this.log.stateOf(payment).plans;
    const rows = Payment.carriedObligations(this.log.stateOf(payment));
    this.log.act(this.ledger, Ledger.carry({ payment: payment.stream, plan, rows }));
    const { paid, carried, held } = Payment.totalsOf(this.log.stateOf(payment));
    this.log.act(cycleOf(BAKER, cycle), Cycle.settle({ paid, carried, held, networkCosts: FEE }));
  }

  /** A person releases what is held: it is paid alone, after the cycle was settled. */
  private releaseHeld(cycle: CycleNumber): void {
    const payment = paymentOf(BAKER, cycle);
    const { obligations } = this.log.stateOf(payment);
    const held = [...obligations.values()].find(({ status }) => status.at === "held");
    if (!held) return;
    const release = { obligation: held.id, recipient: addressOf("elsewhere"), actor };
    this.log.act(cycleOf(BAKER, cycle), Cycle.reopen(actor));
    this.log.act(payment, Payment.release(release));
    if (this.maybe(0.5)) return;
    this.payBatch(cycle, [held]);
    if (this.maybe(0.5)) this.settle(cycle);
  }
}

const obligation = (n: number, cycle: CycleNumber): Obligation => ({
  id: obligationId("delegator", addressOf(n)),
  delegator: addressOf(n),
  recipient: n === 0 ? PAYER : addressOf(n),
  due: mutez(1_000n + BigInt(n) * BigInt(cycle)),
  self: n === 0,
});

/** The log of a scenario: the same for the same scenario. */
export const payoutsOf = (scenario: Scenario): RecordedLog => {
  const payouts = new Payouts(scenario);
  payouts.begin();
  for (const cycle of scenario.cycles) payouts.cycle(cycle);
  payouts.end();
  return payouts.log;
};
