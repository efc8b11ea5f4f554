import { expect } from "chai";
import {
  type ChainConstants,
  type ContentSimulation,
  type FeeRates,
} from "../../../../../src/application/ports/chain.js";
import {
  type Candidate,
  composeItems,
  feesFor,
  fitting,
  limitsFor,
} from "../../../../../src/application/process/payer/batch.js";
import { fundsNeeded, mostTransfers } from "../../../../../src/application/process/payer/moving.js";
import { type Address } from "../../../../../src/domain/identifiers.js";
import { mutez } from "../../../../../src/domain/money.js";
import { type Obligation } from "../../../../../src/domain/payment/events.js";
import * as Payment from "../../../../../src/domain/payment/payment.js";
import { DEFAULT_RULES } from "../../../../../src/sandbox/model/rules.js";
import { someContract, someTz } from "../../../../support/chain-model.js";
import { owed, owedTo, planned, added, formed, idOf } from "../../../../support/payment-samples.js";

const { constants, fees: rates } = DEFAULT_RULES;
const IMPLICIT = someTz("somebody");
const CONTRACT = someContract("something");
/** Of an account that is not there yet. */
const ALLOCATION = constants.originationSize * constants.costPerByte;

const used = (milligas: bigint, over: Partial<ContentSimulation> = {}): ContentSimulation => ({
  status: "applied",
  milligas,
  paidStorage: 0n,
  allocated: false,
  errors: [],
  ...over,
});
const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);

describe("limits of a content", () => {
  it("are the gas simulated, rounded up, and 100 to spare; storage for a receiver that is emptied meanwhile", () => {
    expect(limitsFor(IMPLICIT, used(2_100_040n), constants)).to.deep.equal({
      gasLimit: 2_201n,
      storageLimit: 277n,
    });
    expect(limitsFor(IMPLICIT, used(2_100_000n, { allocated: true }), constants)).to.deep.equal({
      gasLimit: 2_200n,
      storageLimit: 277n,
    });
  });

  it("are a tenth more for a contract, of gas and of storage", () => {
    expect(limitsFor(CONTRACT, used(10_000_000n, { paidStorage: 95n }), constants)).to.deep.equal({
      gasLimit: 11_100n,
      storageLimit: 105n,
    });
    expect(limitsFor(CONTRACT, used(10_000_000n), constants).storageLimit).to.equal(0n);
  });

  it("are never above what the protocol takes", () => {
    const { hardGasLimitPerOperation: gasLimit, hardStorageLimitPerOperation: storageLimit } = constants;
    const most = used(gasLimit * 1_000n, { paidStorage: storageLimit });
    expect(limitsFor(CONTRACT, most, constants)).to.deep.equal({ gasLimit, storageLimit });
  });
});

describe("fees of an operation", () => {
  const limits = (count: number, gasLimit: bigint) =>
    Array.from({ length: count }, () => ({ gasLimit, storageLimit: 277n }));
  /** What a node asks for, in thousandths of a mutez (Octez `mempool.ml`). */
  const least = (bytes: number, gas: bigint, { minimalFee, nanotezPerByte, nanotezPerGasUnit }: FeeRates) =>
    minimalFee * 1_000n + nanotezPerByte * BigInt(bytes + 64) + nanotezPerGasUnit * gas;

  it("are 1.2 times what the node asks for by its size and gas, and at most a mutez a content more", () => {
    for (const [count, bytes, gasLimit] of [
      [1, 120, 2_269n],
      [16, 1_000, 2_201n],
      [247, 15_000, 2_201n],
    ] as const) {
      const fees = feesFor(bytes, limits(count, gasLimit), rates, 0);
      const exact = Number(least(bytes, gasLimit * BigInt(count), rates) * 12n) / 10_000;
      expect(Number(total(fees)), `${count}`).to.be.within(exact, exact + count + 1);
    }
    expect(feesFor(120, limits(1, 2_269n), rates, 0)).to.deep.equal([614n]);
  });

  it("follow the node's own rates", () => {
    const dear: FeeRates = { minimalFee: mutez(1_000n), nanotezPerGasUnit: 300n, nanotezPerByte: 7_000n };
    expect(feesFor(120, limits(1, 2_269n), dear, 0)).to.deep.equal([3_563n]);
  });

  it("are half as much again for each proven death", () => {
    const single = limits(1, 2_269n);
    expect([0, 1, 2].map((deaths) => feesFor(120, single, rates, deaths)[0])).to.deep.equal([
      614n,
      920n,
      1_380n,
    ]);
  });

  it("follow each content's own gas", () => {
    const [plain, dear] = feesFor(240, [...limits(1, 2_201n), ...limits(1, 102_201n)], rates, 0);
    expect((dear ?? 0n) - (plain ?? 0n)).to.equal(12_000n);
  });
});

describe("what fits into a batch", () => {
  it("is half a block's gas, but always one content", () => {
    const plain = used(2_100_040n);
    const many = [used(2_168_755n), ...Array.from({ length: 300 }, () => plain)];
    expect(fitting(many, constants)).to.equal(247);
    expect(fitting([used(1_000_000_000n), plain], constants)).to.equal(1);
    const half: ChainConstants = { ...constants, hardGasLimitPerBlock: 8_400n };
    expect(fitting([plain, plain, plain], half)).to.equal(1);
    expect(fitting([used(2_100_000n), used(2_100_000n), plain], half)).to.equal(2);
  });

  it("is never more than is simulated at once", () => {
    const facts = { constants } as Parameters<typeof mostTransfers>[0]["facts"];
    expect(mostTransfers({ facts })).to.equal(247);
  });
});

type PaidBy = "baker" | "delegator";
const stateOf = (
  rows: readonly Obligation[],
  transactionFeePaidBy: PaidBy,
  allocationFeePaidBy: PaidBy,
  ...more: readonly Payment.Event[]
): Payment.State => {
  const plan = planned(rows);
  if (plan.type !== "PayoutPlanned") throw new Error("not a plan");
  const terms = { ...plan, data: { ...plan.data, transactionFeePaidBy, allocationFeePaidBy } };
  return [added(rows), terms, ...more].reduce(Payment.evolve, Payment.initial);
};
const candidate = ({ id, recipient, due }: Obligation): Candidate => ({ obligation: id, recipient, due });
/** An amount that covers an allocation. */
const big = (n: number, recipient?: Address): Obligation =>
  owed(n, { due: mutez(100_000n), ...(recipient && { recipient }) });

describe("what a batch sends and charges", () => {
  const compose = (
    state: Payment.State,
    rows: readonly Obligation[],
    simulated: readonly ContentSimulation[],
    fee = 2n,
  ) => {
    const fees = rows.map(() => mutez(fee));
    const { items, tooSmall } = composeItems(state, rows.map(candidate), simulated, fees, constants);
    return {
      items: items.map(({ sent, transactionFee, allocationFee }) => [sent, transactionFee, allocationFee]),
      tooSmall,
    };
  };
  const creates = used(2_100_040n, { allocated: true });

  it("is all that is due when the baker pays fees and burns", () => {
    const rows = [big(1)];
    expect(compose(stateOf(rows, "baker", "baker"), rows, [creates])).to.deep.equal({
      items: [[100_000n, 0n, 0n]],
      tooSmall: [],
    });
  });

  it("is what the fee and the burn of a new account leave when the delegator pays", () => {
    const rows = [big(1), big(2)];
    const simulated = [creates, used(2_100_040n)];
    expect(compose(stateOf(rows, "delegator", "delegator"), rows, simulated).items).to.deep.equal([
      [100_000n - 2n - ALLOCATION, 2n, ALLOCATION],
      [99_998n, 2n, 0n],
    ]);
    expect(compose(stateOf(rows, "baker", "delegator"), rows, simulated).items[0]).to.deep.equal([
      100_000n - ALLOCATION,
      0n,
      ALLOCATION,
    ]);
  });

  it("charges a recipient's new account to its first obligation only, also while that is in another batch", () => {
    const shared = someTz("shared");
    const rows = [big(1, shared), big(2, shared)];
    const [first, second] = rows as [Obligation, Obligation];
    const before = stateOf(rows, "baker", "delegator");
    const items = [
      {
        obligation: first.id,
        sent: mutez(100_000n - ALLOCATION),
        transactionFee: mutez(0n),
        allocationFee: mutez(ALLOCATION),
      },
    ];
    const state = Payment.evolve(before, { type: "BatchFormed", data: { batchId: "b/1", items } });
    expect(compose(state, [second], [creates]).items).to.deep.equal([[100_000n, 0n, 0n]]);
    const dissolved = Payment.evolve(state, {
      type: "BatchDissolved",
      data: { batchId: "b/1", failed: false },
    });
    expect(compose(dissolved, [second], [creates]).items).to.deep.equal([
      [100_000n - ALLOCATION, 0n, ALLOCATION],
    ]);
  });

  it("leaves out what its own fees would eat up, to the mutez", () => {
    const rows = [1n, 2n, 3n].map((due, n) => owed(n, { due: mutez(due) }));
    const simulated = rows.map(() => used(2_100_040n));
    expect(compose(stateOf(rows, "delegator", "baker"), rows, simulated)).to.deep.equal({
      items: [[1n, 2n, 0n]],
      tooSmall: [idOf(0), idOf(1)],
    });
  });
});

describe("what a payout needs in the wallet", () => {
  it("is all that is open or batched, with a fee and a possible burn each that the baker pays", () => {
    const rows = owedTo(3);
    const due = total(rows.map((row) => row.due));
    const needed = (fee: PaidBy, burn: PaidBy, ...more: readonly Payment.Event[]) =>
      fundsNeeded(stateOf(rows, fee, burn, ...more), 500n, ALLOCATION);
    expect(needed("baker", "baker")).to.equal(due + 3n * 500n + 3n * ALLOCATION);
    expect(needed("delegator", "baker")).to.equal(due + 3n * ALLOCATION);
    expect(needed("delegator", "delegator", formed("b/1", 0))).to.equal(due);
    const held: Payment.Event = {
      type: "ObligationHeld",
      data: { obligation: idOf(2), reason: "looks odd", actor: "cli:somebody" },
    };
    expect(needed("baker", "delegator", held)).to.equal(1_000n + 1_001n + 2n * 500n);
  });
});
