import { expect } from "chai";
import { asCycle, asLevel } from "../../../src/domain/identifiers.js";
import { type ChainModel } from "../../../src/sandbox/chain-model.js";
import { type Operation } from "../../../src/sandbox/model/types.js";
import {
  BAKER,
  later,
  modelChain,
  operationOf,
  PAYER,
  someContract,
  someTz,
} from "../../support/chain-model.js";

const NEW = someTz("new");
const KT1 = {
  accepting: someContract("accepting"),
  storing: someContract("storing"),
  refusing: someContract("refusing"),
  burning: someContract("burning"),
  typed: someContract("typed"),
  other: someContract("other"),
};
const accounts = [
  {
    address: KT1.accepting,
    balance: 0n,
    script: { kind: "accepts", milligas: 500_000n, storageBytes: 0n },
  } as const,
  {
    address: KT1.storing,
    balance: 0n,
    script: { kind: "accepts", milligas: 0n, storageBytes: 10n },
  } as const,
  { address: KT1.refusing, balance: 0n, script: { kind: "refuses" } } as const,
  { address: KT1.burning, balance: 0n, script: { kind: "burns-gas" } } as const,
  { address: KT1.typed, balance: 0n, script: { kind: "bad-parameter" } } as const,
  { address: KT1.other, balance: 0n, script: { kind: "no-default-entrypoint" } } as const,
];

/** Includes one operation and answers its results as `status id id`. */
const included = (chain: ChainModel, operation: Operation): string[] => {
  expect(chain.inject(operation)).to.deep.equal({ accepted: true });
  chain.bake({ timestamp: later() });
  const [only] = chain.head.operations;
  expect(only?.operation).to.equal(operation);
  return (only?.results ?? []).map((result) =>
    [result.status, ...result.errors.map((error) => error.id)].join(" "),
  );
};

const refusal = (chain: ChainModel, operation: Operation) => {
  const outcome = chain.inject(operation);
  return outcome.accepted ? "accepted" : outcome.errors;
};

describe("sandbox chain model: application", () => {
  it("pays, charges gas as Ushuaia does, burns the allocation, and gives the fee to the baker", () => {
    const chain = modelChain();
    const operation = operationOf(chain, [
      { to: BAKER, amount: 7n },
      { to: NEW, amount: 2_000_000n },
    ]);
    expect(included(chain, operation)).to.deep.equal(["applied", "applied"]);
    expect(chain.head.operations[0]?.results).to.deep.equal([
      { status: "applied", milligas: 2_168_755n, paidStorage: 0n, allocated: false, errors: [] },
      { status: "applied", milligas: 2_100_040n, paidStorage: 0n, allocated: true, errors: [] },
    ]);
    expect(chain.account(PAYER)).to.include({ balance: 1_000_000_000n - 2_000_007n - 2000n - 64_250n });
    expect(chain.account(PAYER)?.counter).to.equal(2n);
    expect(chain.account(NEW)).to.include({ balance: 2_000_000n, counter: 2n, publicKey: undefined });
    expect(chain.account(BAKER)?.balance).to.equal(5_000_000n + 2000n + 7n);
    expect(chain.supply()).to.equal(1_005_000_000n - 64_250n);
  });

  it("takes counters and fees of a batch that fails, and nothing else", () => {
    const chain = modelChain({ accounts });
    const operation = operationOf(chain, [{ to: NEW }, { to: KT1.refusing }, { to: BAKER }]);
    expect(included(chain, operation)).to.deep.equal([
      "backtracked",
      "failed michelson_v1.runtime_error michelson_v1.script_rejected",
      "skipped",
    ]);
    expect(chain.account(NEW)).to.equal(undefined);
    expect(chain.account(PAYER)).to.include({ balance: 1_000_000_000n - 3000n, counter: 3n });
    expect(chain.supply()).to.equal(1_005_000_000n);
  });

  it("backtracks everything when storage cannot be burnt; the culprit carries the error", () => {
    const chain = modelChain();
    const operation = operationOf(chain, [{ to: BAKER }, { to: NEW, storageLimit: 256n }, { to: BAKER }]);
    expect(included(chain, operation)).to.deep.equal([
      "backtracked",
      "backtracked storage_exhausted.operation",
      "skipped",
    ]);
    const poor = modelChain({ accounts: [{ address: NEW, balance: 1_100_000n, publicKey: "edpk" }] });
    const dear = operationOf(poor, [{ to: someTz("unallocated"), amount: 1_090_000n }], { source: NEW });
    expect(included(poor, dear)).to.deep.equal([
      "backtracked contract.cannot_pay_storage_fee contract.balance_too_low tez.subtraction_underflow",
    ]);
    expect(poor.account(NEW)?.balance).to.equal(1_099_000n);
  });

  it("runs contracts of every kind", () => {
    const run = (to: keyof typeof KT1, gasLimit = 3000n) => {
      const chain = modelChain({ accounts });
      return included(chain, operationOf(chain, [{ to: KT1[to], gasLimit, fee: 20_000n }]));
    };
    expect(run("accepting")).to.deep.equal(["applied"]);
    expect(run("accepting", 2668n)).to.deep.equal(["failed gas_exhausted.operation"]);
    expect(run("accepting", 2669n)).to.deep.equal(["applied"]);
    expect(run("burning", 100_000n)).to.deep.equal(["failed gas_exhausted.operation"]);
    expect(run("typed")).to.deep.equal(["failed michelson_v1.bad_contract_parameter"]);
    expect(run("other")).to.deep.equal(["failed michelson_v1.no_such_entrypoint"]);
    const chain = modelChain({ accounts });
    included(chain, operationOf(chain, [{ to: KT1.storing }]));
    expect(chain.head.operations[0]?.results[0]).to.include({ paidStorage: 10n, milligas: 2_168_755n });
    expect(chain.supply()).to.equal(1_005_000_000n - 2500n);
  });

  it("fails a transfer of nothing, of too much, to a missing contract, and with too little gas", () => {
    const fails = (wish: Parameters<typeof operationOf>[1][number]) => {
      const chain = modelChain();
      expect(chain.inject(operationOf(chain, [wish]))).to.deep.equal({ accepted: true });
      chain.bake({ timestamp: later() });
      return chain.head.operations[0]?.results[0]?.errors;
    };
    expect(fails({ to: NEW, amount: 0n })).to.deep.equal([
      { layer: "protocol", kind: "branch", id: "contract.empty_transaction", fields: { contract: NEW } },
    ]);
    expect(fails({ to: KT1.typed })).to.deep.equal([
      {
        layer: "protocol",
        kind: "temporary",
        id: "contract.non_existing_contract",
        fields: { contract: KT1.typed },
      },
    ]);
    expect(fails({ to: NEW, gasLimit: 2168n })?.map((error) => error.id)).to.deep.equal([
      "gas_exhausted.operation",
    ]);
    expect(fails({ to: NEW, amount: 1_000_000_000n })).to.deep.equal([
      {
        layer: "protocol",
        kind: "temporary",
        id: "contract.balance_too_low",
        fields: { contract: PAYER, balance: "999999000", amount: "1000000000" },
      },
      {
        layer: "protocol",
        kind: "temporary",
        id: "tez.subtraction_underflow",
        fields: { amounts: ["999999000", "1000000000"] },
      },
    ]);
  });

  it("forgets an emptied account with its key and counter; a delegating one may not be emptied", () => {
    const chain = modelChain();
    included(chain, operationOf(chain, [{ to: BAKER, amount: 999_999_000n }]));
    expect(chain.account(PAYER)).to.equal(undefined);
    chain.intervene({ kind: "credit", address: PAYER, amount: 9_000_000n });
    chain.bake({ timestamp: later() });
    expect(chain.account(PAYER)).to.include({ balance: 9_000_000n, counter: 1n, publicKey: undefined });

    const delegating = modelChain();
    expect(included(delegating, operationOf(delegating, [{ delegate: BAKER }]))).to.deep.equal(["applied"]);
    const all = operationOf(delegating, [{ to: BAKER, amount: 999_998_000n }]);
    expect(included(delegating, all)).to.deep.equal(["failed implicit.empty_implicit_delegated_contract"]);
    const stranger = operationOf(delegating, [{ delegate: NEW }]);
    expect(included(delegating, stranger)).to.deep.equal(["failed contract.manager.unregistered_delegate"]);
    expect(included(delegating, operationOf(delegating, [{ delegate: undefined }]))).to.deep.equal([
      "applied",
    ]);
    expect(delegating.account(PAYER)?.delegate).to.equal(undefined);
  });

  it("stops a batch where its source has nothing left", () => {
    const chain = modelChain();
    const wishes = [{ to: BAKER, amount: 999_998_000n }, { to: BAKER }];
    expect(included(chain, operationOf(chain, wishes))).to.deep.equal([
      "backtracked",
      "failed implicit.empty_implicit_contract",
    ]);
  });

  it("reveals a key once, before any other content", () => {
    const chain = modelChain({ accounts: [{ address: NEW, balance: 5_000_000n }] });
    const early = operationOf(chain, [{ to: BAKER }], { source: NEW });
    expect(refusal(chain, early)).to.deep.equal([
      { layer: "protocol", kind: "branch", id: "contract.unrevealed_key", fields: { contract: NEW } },
    ]);
    const foreign = operationOf(chain, [{ reveal: "edpk" }], { source: NEW });
    expect(refusal(chain, foreign)).to.deep.equal([
      {
        layer: "protocol",
        kind: "permanent",
        id: "contract.manager.inconsistent_hash",
        fields: { public_key: "edpk", hash: NEW },
      },
    ]);
    const again = operationOf(chain, [{ reveal: "edpk" }, { to: BAKER }]);
    expect(included(chain, again)).to.deep.equal(["failed contract.previously_revealed_key", "skipped"]);
    chain.intervene({ kind: "empty", address: PAYER });
    chain.intervene({ kind: "credit", address: PAYER, amount: 5_000_000n });
    chain.bake({ timestamp: later() });
    expect(included(chain, operationOf(chain, [{ reveal: "edpk" }, { to: BAKER }]))).to.deep.equal([
      "applied",
      "applied",
    ]);
    expect(chain.account(PAYER)?.publicKey).to.equal("edpk");
  });
});

describe("sandbox chain model: validation", () => {
  it("refuses an operation as a whole by the protocol's own errors", () => {
    const chain = modelChain();
    const ids = (wishes: Parameters<typeof operationOf>[1], options?: Parameters<typeof operationOf>[2]) => {
      const outcome = refusal(chain, operationOf(chain, wishes, options));
      return outcome === "accepted" ? outcome : outcome.map((error) => `${error.kind} ${error.id}`);
    };
    expect(ids([{}], { counter: 0n })).to.deep.equal(["branch contract.counter_in_the_past"]);
    expect(ids([{}], { counter: 2n })).to.deep.equal(["temporary contract.counter_in_the_future"]);
    expect(ids([{}], { source: NEW })).to.deep.equal(["branch implicit.empty_implicit_contract"]);
    expect(ids([{ gasLimit: 1_040_001n, fee: 200_000n }])).to.deep.equal(["permanent gas_limit_too_high"]);
    expect(ids([{ storageLimit: 60_001n }])).to.deep.equal(["permanent storage_limit_too_high"]);
    expect(ids([{ gasLimit: 99n }])).to.deep.equal([
      "permanent validate.operation.insufficient_gas_for_manager",
    ]);
    const heavy = { gasLimit: 520_001n, fee: 60_000n };
    expect(ids([heavy, heavy])).to.deep.equal(["temporary gas_exhausted.block"]);
    expect(ids([{}, { reveal: "edpk" }])).to.deep.equal([
      "permanent validate.operation.incorrect_reveal_position",
    ]);
    expect(ids([{ fee: 600_000_000n }, { fee: 600_000_000n }])).to.deep.equal([
      "temporary contract.balance_too_low",
      "temporary tez.subtraction_underflow",
    ]);
    expect(ids([{}], { sizeBytes: 32_769 })).to.deep.equal([
      "permanent node.prevalidation.oversized_operation",
    ]);
    expect(chain.mempool()).to.deep.equal([]);
  });

  it("names the counters expected and found", () => {
    const chain = modelChain();
    expect(refusal(chain, operationOf(chain, [{}], { counter: 5n }))).to.deep.equal([
      {
        layer: "protocol",
        kind: "temporary",
        id: "contract.counter_in_the_future",
        fields: { contract: PAYER, expected: "1", found: "5" },
      },
    ]);
  });

  it("refuses mixed sources and gaps between counters", () => {
    const chain = modelChain();
    const [first, second] = operationOf(chain, [{}, {}]).contents;
    if (first === undefined || second === undefined) throw new Error("two contents were asked for");
    const base = operationOf(chain, [{}]);
    const mixed = { ...base, contents: [first, { ...second, source: BAKER }] };
    const gap = { ...base, contents: [first, first] };
    expect(chain.simulate(mixed.contents)).to.have.nested.property(
      "errors[0].id",
      "validate.operation.inconsistent_sources",
    );
    expect(chain.simulate(gap.contents)).to.have.nested.property(
      "errors[0].id",
      "validate.operation.inconsistent_counters",
    );
  });

  it("wants the mempool's least fee to the nanotez", () => {
    const chain = modelChain();
    const least = 100n + 230n + 156n; // minimal fee, 2,300 gas at 0.1 mutez, 156 bytes at 1 mutez
    expect(refusal(chain, operationOf(chain, [{ fee: least - 1n }]))).to.deep.equal([
      { layer: "protocol", kind: "permanent", id: "prefilter.fees_too_low", fields: {} },
    ]);
    expect(refusal(chain, operationOf(chain, [{ fee: least }]))).to.equal("accepted");
  });

  it("simulates at the head, or at an older block, without keeping anything", () => {
    const chain = modelChain();
    const before = chain.head.hash;
    const { contents } = operationOf(chain, [{ to: NEW, fee: 0n, gasLimit: 1_040_000n }]);
    const [result] = [chain.simulate(contents)];
    expect(result).to.deep.equal({
      outcome: "results",
      contents: [{ status: "applied", milligas: 2_168_755n, paidStorage: 0n, allocated: true, errors: [] }],
    });
    expect(chain.account(NEW)).to.equal(undefined);
    included(chain, operationOf(chain, [{ to: NEW }]));
    expect(chain.simulate(contents)).to.have.nested.property("errors[0].id", "contract.counter_in_the_past");
    expect(chain.simulate(contents, before)).to.deep.equal(result);
  });
});

describe("sandbox chain model: cycles and history", () => {
  it("counts cycles from level 1", () => {
    const chain = modelChain();
    expect([0, 1, 8, 9, 16, 17].map((level) => chain.cycleOf(asLevel(level)))).to.deep.equal([
      0, 0, 0, 1, 1, 2,
    ]);
    expect(chain.cycleLevels(asCycle(1))).to.deep.equal({ first: 9, last: 16 });
  });

  it("answers the account of any block that it keeps, and of none that it does not", () => {
    const chain = modelChain({ rules: { historyBlocks: 4 } });
    const hashes = [chain.head.hash];
    for (let n = 0; n < 6; n += 1) {
      if (n % 2 === 0) chain.inject(operationOf(chain, [{ to: NEW }]));
      chain.bake({ timestamp: later() });
      hashes.push(chain.head.hash);
    }
    const balances = hashes.map((hash) => chain.account(NEW, hash)?.balance);
    expect(balances).to.deep.equal([
      undefined,
      undefined,
      undefined,
      2_000_000n,
      2_000_000n,
      3_000_000n,
      3_000_000n,
    ]);
    expect(hashes.map((hash) => chain.block(hash)?.level)).to.deep.equal([
      undefined,
      undefined,
      undefined,
      3,
      4,
      5,
      6,
    ]);
  });
});
