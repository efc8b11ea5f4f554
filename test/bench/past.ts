// Cycles that were paid long ago, as the payer leaves them in the log: the domain decides every event.
import { type Aggregate } from "../../src/application/repository.js";
import {
  bakerOf,
  cycleOf,
  ledgerOf,
  paymentOf,
  rewardOf,
  walletOf,
} from "../../src/application/aggregates.js";
import { type EventLog } from "../../src/application/ports/event-log.js";
import { type RewardSource } from "../../src/application/ports/reward-source.js";
import { type InstallationIdentity } from "../../src/application/ports/system.js";
import { transfersOperation } from "../../src/application/process/payer/batch.js";
import { computePlan } from "../../src/application/process/payer/payout.js";
import { contentsDigest } from "../../src/application/process/payer/sign.js";
import { RewardComputer } from "../../src/application/process/reward-computer.js";
import { Repository } from "../../src/application/repository.js";
import * as Baker from "../../src/domain/baker/baker.js";
import * as Cycle from "../../src/domain/cycle/cycle.js";
import { sha256 } from "../../src/domain/digest.js";
import { chunksOf } from "../../src/domain/event.js";
import {
  asCounter,
  asCycle,
  asLevel,
  type ChainId,
  type Cycle as CycleNumber,
  type OperationHash,
  type TzAddress,
} from "../../src/domain/identifiers.js";
import * as Ledger from "../../src/domain/ledger/ledger.js";
import { mutez, sumOf, ZERO } from "../../src/domain/money.js";
import { type BatchItem } from "../../src/domain/payment/events.js";
import * as Payment from "../../src/domain/payment/payment.js";
import { type Plan } from "../../src/domain/payment/plan.js";
import { type Policy } from "../../src/domain/reward/policy.js";
import * as Reward from "../../src/domain/reward/reward.js";
import * as Wallet from "../../src/domain/wallet/wallet.js";
import { CodedEventLog } from "../../src/infrastructure/eventstore/event-log.js";
import { TezosOperationCodec } from "../../src/infrastructure/tezos/forging.js";
import { blockOf } from "../support/identifiers.js";
import { MemoryEventStore } from "../support/memory-event-store.js";
import { BulkLog } from "./bulk-log.js";

/** Transfers in one operation: half a block's gas at 2,100 each. */
const TRANSFERS = 247;
/** Gas and storage limits of a transfer as the payer sets them, and its fee. */
const LIMITS = { gasLimit: 2_200n, storageLimit: 277n };
const FEE = mutez(420n);
const TTL = 600;
const TOKEN = 1n;
const DELEGATION_LIMIT = 9;
const actor = "taps";

export interface PaidBaker {
  readonly baker: TzAddress;
  readonly payer: TzAddress;
  readonly chainId: ChainId;
  readonly blocksPerCycle: number;
  /** Transfers in one operation; else as many as half a block has gas for. */
  readonly perOperation?: number;
  readonly policy: Policy;
  /** Has the baker's first cycle; each later one is taken to have earned the same. */
  readonly source: RewardSource;
  readonly identity: InstallationIdentity;
}

/** Earned the same in each cycle: the first one's reply under another number. */
const sameEachCycle = ({ baker, source }: PaidBaker): RewardSource => {
  const first = source.split(baker, asCycle(0));
  return {
    head: () => source.head(),
    split: async (_baker, cycle) => {
      const reply = await first;
      const numbered = (page: string) => page.replace(/^\{"cycle":0,/, `{"cycle":${cycle},`);
      return reply && { ...reply, pages: reply.pages.map(numbered) };
    },
  };
};

interface Rewarded {
  readonly events: readonly Reward.Event[];
  readonly allocation: Reward.Allocation;
}

/** What the reward computer writes of a cycle. */
const rewardsOf = async (
  { baker, policy }: PaidBaker,
  source: RewardSource,
  state: Baker.State,
  cycle: CycleNumber,
): Promise<Rewarded> => {
  const log = new CodedEventLog(new MemoryEventStore(() => new Date()));
  const metadata = () => ({ correlationId: "past", causationId: "past", actor });
  const repository = new Repository(log);
  const limitOf = async () => DELEGATION_LIMIT;
  const computer = new RewardComputer({ baker, source, repository, limitOf, metadata });
  await computer.compute(state, cycle);
  const aggregate = rewardOf(baker, cycle);
  const { allocation } = (await repository.load(aggregate)).state;
  if (allocation === undefined) throw new Error(`no rewards by ${policy.allocation.preset}`);
  const events: Reward.Event[] = [];
  for await (const { event } of log.read(aggregate.stream)) if (aggregate.owns(event)) events.push(event);
  return { events, allocation };
};

/** Hexadecimal of a signature, which nobody checks. */
const signatureOf = (name: string): string => sha256(name) + sha256(`${name} again`);

class Past {
  private readonly log: BulkLog;
  private readonly baker: Aggregate<Baker.State, Baker.Event>;
  private readonly wallet: Aggregate<Wallet.State, Wallet.Event>;
  private readonly ledger: Aggregate<Ledger.State, Ledger.Event>;
  private readonly codec = new TezosOperationCodec();

  constructor(
    log: EventLog,
    private readonly paid: PaidBaker,
  ) {
    this.log = new BulkLog(log);
    this.baker = bakerOf(paid.baker);
    this.wallet = walletOf(paid.payer);
    this.ledger = ledgerOf(paid.baker);
  }

  async write(cycles: number): Promise<void> {
    this.begin();
    const source = sameEachCycle(this.paid);
    for (let n = 0; n < cycles; n += 1) {
      const cycle = asCycle(n);
      const { events, allocation } = await rewardsOf(this.paid, source, this.log.stateOf(this.baker), cycle);
      this.openAndAllocate(cycle, events, allocation);
      const planned = this.plan(cycle, allocation);
      await this.payAll(cycle);
      this.settle(cycle, planned);
      this.log.act(this.baker, Baker.finishCycles({ through: cycle }));
      for (const of of [cycleOf, rewardOf, paymentOf]) this.log.forget(of(this.paid.baker, cycle));
      await this.log.breathe();
    }
    await this.log.end();
  }

  private begin(): void {
    const { payer, chainId, identity, policy } = this.paid;
    const first = asCycle(0);
    const terms = [...policy.terms.values()];
    this.log.act(
      this.baker,
      Baker.register({ chainId, firstCycle: first, startCycle: first }),
      Baker.setPayer({ payer, actor }),
      Baker.changePolicy({ policy: policy.allocation, terms, actor }),
      Baker.changeMode({ mode: "on", fromCycle: first, actor }),
    );
    this.log.act(
      this.wallet,
      Wallet.adopt({ chainId, level: asLevel(1), counter: asCounter(0n) }),
      Wallet.startTerm({ token: TOKEN, lease: TOKEN, identity, nonce: "1" }),
    );
  }

  private levels(cycle: CycleNumber) {
    const { blocksPerCycle } = this.paid;
    return {
      firstLevel: asLevel(cycle * blocksPerCycle + 1),
      lastLevel: asLevel((cycle + 1) * blocksPerCycle),
    };
  }

  private openAndAllocate(
    cycle: CycleNumber,
    rewards: readonly Reward.Event[],
    { resultDigest: digest }: Reward.Allocation,
  ): void {
    const { baker } = this.paid;
    const levels = this.levels(cycle);
    const life = cycleOf(baker, cycle);
    this.log.act(life, Cycle.open(levels), Cycle.end(levels.lastLevel), Cycle.rewardsReady({ digest }));
    this.log.act(life, Cycle.startPayout({ digest }));
    this.log.record(rewardOf(baker, cycle), rewards);
    this.log.act(rewardOf(baker, cycle), Reward.fix(digest));
  }

  private plan(cycle: CycleNumber, allocation: Reward.Allocation): Plan {
    const { baker, payer } = this.paid;
    const payment = paymentOf(baker, cycle);
    this.log.act(this.ledger, Ledger.take({ payment: payment.stream, plan: 1 }));
    const balances = this.log.stateOf(this.ledger).take?.balances ?? new Map();
    const planned = computePlan(allocation, payer, balances);
    const { obligations, totals } = planned;
    const { taken, carried, kept } = totals;
    const { transactionFeePaidBy, allocationFeePaidBy } = allocation.policy;
    const sums = { allocation: allocation.resultDigest, taken, carried, kept };
    const fees = { transactionFeePaidBy, allocationFeePaidBy };
    this.log.act(payment, Payment.plan({ obligations, ...sums, ...fees, limits: null }));
    return planned;
  }

  /** One operation a block: the next is signed once one is included, and each is final two blocks later. */
  private async payAll(cycle: CycleNumber): Promise<void> {
    const { baker } = this.paid;
    const payment = paymentOf(baker, cycle);
    const open = [...this.log.stateOf(payment).obligations.open()];
    const batches = chunksOf(open, this.paid.perOperation ?? TRANSFERS).map((rows) =>
      rows.map(({ id, due }): BatchItem => ({
        obligation: id,
        sent: due,
        transactionFee: ZERO,
        allocationFee: ZERO,
      })),
    );
    const underWay: (() => void)[] = [];
    for (const [index, items] of batches.entries()) {
      const batchId = `${payment.stream}/${index + 1}`;
      this.log.act(payment, Payment.formBatch({ batchId, items }));
      const hash = await this.sign(cycle, batchId, items);
      if (underWay.length === 2) underWay.shift()?.();
      this.include(cycle, hash);
      underWay.push(() => this.finish(cycle, batchId, items, hash));
      await this.log.breathe();
    }
    for (const finish of underWay) finish();
  }

  private async sign(
    cycle: CycleNumber,
    batchId: string,
    items: readonly BatchItem[],
  ): Promise<OperationHash> {
    const payment = paymentOf(this.paid.baker, cycle);
    const firstCounter = Wallet.nextCounter(this.log.stateOf(this.wallet));
    const { firstLevel } = this.levels(asCycle(cycle + 1));
    const at = asLevel(Math.max(1, firstLevel - 1));
    const { obligations } = this.log.stateOf(payment);
    const operation = transfersOperation(
      this.paid.payer,
      blockOf(at),
      asCounter(firstCounter - 1n),
      items.map(({ obligation, sent }) => {
        const recipient = obligations.get(obligation)?.recipient;
        if (recipient === undefined) throw new RangeError("a batch of what is not planned");
        return { recipient, amount: sent };
      }),
      items.map(() => LIMITS),
      items.map(() => FEE),
    );
    const bytes = (await this.codec.forge(operation)) + signatureOf(batchId);
    const hash = this.codec.hash(bytes);
    this.log.act(
      this.wallet,
      Wallet.sign({
        hash,
        bytes,
        branch: operation.branch,
        branchLevel: at,
        finalLevel: at,
        ttl: TTL,
        firstCounter,
        lastCounter: asCounter(firstCounter + BigInt(items.length) - 1n),
        purpose: "batch",
        batchId,
        payment: payment.stream,
        digest: contentsDigest(operation),
        token: TOKEN,
      }),
    );
    return hash;
  }

  private place(cycle: CycleNumber, hash: OperationHash) {
    return { hash, block: blockOf(hash), level: this.levels(asCycle(cycle + 1)).firstLevel };
  }

  private include(cycle: CycleNumber, hash: OperationHash): void {
    this.log.act(this.wallet, Wallet.include(this.place(cycle, hash)));
  }

  private finish(
    cycle: CycleNumber,
    batchId: string,
    items: readonly BatchItem[],
    hash: OperationHash,
  ): void {
    const contents = items.map(() => ({ status: "applied" as const, fee: FEE, burn: ZERO, errors: [] }));
    this.log.act(this.wallet, Wallet.finalise({ ...this.place(cycle, hash), contents }));
    const results = items.map(({ obligation }) => ({ obligation, result: "paid" as const }));
    const fee = sumOf(contents, (content) => content.fee);
    const payment = paymentOf(this.paid.baker, cycle);
    this.log.act(payment, Payment.settleBatch({ batchId, operation: hash, results, fee, burn: ZERO }));
    this.log.act(this.wallet, Wallet.closeBatches({ batchIds: [batchId], token: TOKEN }), Wallet.checkpoint);
  }

  private settle(cycle: CycleNumber, { carried: rows, totals }: Plan): void {
    const { baker } = this.paid;
    const payment = paymentOf(baker, cycle);
    this.log.act(payment, Payment.complete);
    this.log.act(this.ledger, Ledger.carry({ payment: payment.stream, plan: 1, rows }));
    const { paid, held } = Payment.totalsOf(this.log.stateOf(payment));
    const networkCosts = this.log.stateOf(payment).networkFees;
    this.log.act(cycleOf(baker, cycle), Cycle.settle({ paid, carried: totals.carried, held, networkCosts }));
  }
}

/** Writes so many settled cycles, from the first one on. */
export const writePast = (log: EventLog, paid: PaidBaker, cycles: number): Promise<void> =>
  new Past(log, paid).write(cycles);
