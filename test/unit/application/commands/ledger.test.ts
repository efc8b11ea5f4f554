import { expect } from "chai";
import {
  adjustBalance,
  type Adjustment,
  importOpening,
  type Opening,
  readOpening,
  tryImport,
} from "../../../../src/application/commands/ledger.js";
import { type RecordedRow, UnreadableRecords } from "../../../../src/application/ports/payout-records.js";
import { showBalance, showLedger } from "../../../../src/application/queries/ledger.js";
import { sha256 } from "../../../../src/domain/digest.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import { BAKER } from "../../../support/chain-model.js";
import { refusalOf } from "../../../support/refusals.js";
import { addressOf } from "../../../support/rewards.js";
import { balancesOf, carryingWorld, paidInThree } from "../../../support/world/carrying.js";
import { appendedBy, once, payOn, runTo, settle } from "../../../support/world/moments.js";
import { actsOf } from "../../../support/world/people.js";
import { referenceWorld } from "../../../support/world/scenario.js";
import { type World } from "../../../support/world/world.js";

const [A, B] = [addressOf(1), addressOf(2)];

const correction = (amount: bigint, over: Partial<Adjustment> = {}): Adjustment => ({
  delegator: A,
  amount: mutez(amount),
  reason: "correction",
  reference: "ticket 7",
  allowNegative: false,
  ...over,
});
const openingOf = (count: number, over: Partial<Opening> = {}): Opening => ({
  file: sha256("a file"),
  format: "csv",
  cycles: [],
  owed: count,
  paid: 0,
  passedOver: 0,
  balances: Array.from({ length: count }, (_, n) => ({
    delegator: addressOf(n),
    amount: mutez(BigInt(n) + 1n),
  })),
  sum: mutez((BigInt(count) * BigInt(count + 1)) / 2n),
  doubtful: [],
  ...over,
});
const sumOwed = async (world: World): Promise<string> => (await showLedger(actsOf(world))).sum;
const imports = (world: World, opening: Opening, confirmed = false) =>
  importOpening(actsOf(world), opening, confirmed);

describe("taps ledger adjust", () => {
  it("is written once, and registers the baker if nobody did", async () => {
    const world = referenceWorld();
    const adjust = () => adjustBalance(actsOf(world), correction(500n));
    expect(await appendedBy(world, adjust)).to.deep.equal([
      ["baker", "BakerRegistered"],
      ["ledger", "AdjustmentRecorded"],
    ]);
    expect(await appendedBy(world, adjust)).to.deep.equal([]);
    expect(await adjust()).to.equal(500n);
    expect(await showBalance(actsOf(world), A)).to.deep.equal({
      delegator: A,
      balance: "500",
      taken: null,
      settlements: [],
      adjustments: [{ amount: "500", reason: "correction", reference: "ticket 7", actor: "cli:somebody" }],
    });
  });

  it("is refused for the baker itself", async () => {
    const world = referenceWorld();
    const adjusting = adjustBalance(actsOf(world), correction(500n, { delegator: BAKER }));
    expect(await refusalOf(adjusting)).to.equal("baker-is-no-delegator");
    expect(world.events()).to.deep.equal([]);
  });

  it("by two people at once is written once; another one under the same reference is refused", async () => {
    for (const amount of [500n, 501n]) {
      const world = referenceWorld();
      once(world, "before", "AdjustmentRecorded", async () => {
        await adjustBalance({ ...actsOf(world), actor: "cli:ben" }, correction(amount));
      });
      const adjusting = adjustBalance(actsOf(world), correction(500n));
      if (amount === 500n) await adjusting;
      else
        expect(await refusalOf(adjusting)).to.equal(
          `reference-used delegator ${A} amount 501 reason correction`,
        );
      expect(await sumOwed(world)).to.equal(`${amount}`);
    }
  });

  it("does not take off together what each alone could", async () => {
    const world = referenceWorld();
    await adjustBalance(actsOf(world), correction(500n));
    once(world, "before", "AdjustmentRecorded", async () => {
      await adjustBalance(actsOf(world), correction(-400n, { reference: "ticket 8" }));
    });
    expect(
      await refusalOf(adjustBalance(actsOf(world), correction(-400n, { reference: "ticket 9" }))),
    ).to.equal("below-zero balance 100 after -300");
    expect(await sumOwed(world)).to.equal("100");
  });

  it("while a plan has the balances reaches the next cycle, and no mutez of this one", async () => {
    const withoutIt = await carryingWorld();
    await settle(withoutIt, [1, 2]);
    const { owed } = await balancesOf(withoutIt);
    const world = await carryingWorld();
    await runTo(world, "BalancesTaken");
    const overpaid = correction(-1_000_000n, { reason: "overpaid", delegator: addressOf(0) });
    await adjustBalance(actsOf(world), overpaid);
    await settle(world, [1, 2]);
    const amounts = (of: World) =>
      paidInThree(of).map((line) => {
        const [, cycle, n, amount] = /_(\d+) delegator:(\S+): (\d+) to/.exec(line) ?? [];
        return [`${cycle} ${n}`, BigInt(amount ?? 0)] as const;
      });
    const differing = new Map(amounts(withoutIt));
    for (const [of, amount] of amounts(world)) differing.set(of, amount - (differing.get(of) ?? 0n));
    expect([...differing].filter(([, amount]) => amount !== 0n)).to.deep.equal([
      [`2 ${addressOf(0)}`, -1_000_000n],
    ]);
    expect((await balancesOf(world)).owed).to.deep.equal(owed);
  });

  it("races the planner's take: either this cycle has it or the next, and it is there once", async () => {
    for (const when of ["before", "after"] as const) {
      const world = await carryingWorld();
      once(world, when, "BalancesTaken", async () => {
        await adjustBalance(actsOf(world), correction(7n));
      });
      const before = (await showLedger(actsOf(world))).sum;
      await payOn(world, () =>
        world.events().some(({ stream, event }) => stream.endsWith("_1") && event.type === "PayoutPlanned"),
      );
      const { sum, taken } = await showLedger(actsOf(world));
      const [inHand, added] = when === "before" ? [BigInt(before) + 7n, 0n] : [BigInt(before), 7n];
      expect([taken?.sum, sum], when).to.deep.equal([`${inHand}`, `${added}`]);
    }
  });
});

describe("taps ledger import", () => {
  it("is written once a file", async () => {
    const world = referenceWorld();
    const opening = openingOf(2);
    expect(await appendedBy(world, () => imports(world, opening))).to.deep.equal([
      ["baker", "BakerRegistered"],
      ["ledger", "OpeningBalances"],
      ["ledger", "OpeningBalancesImported"],
    ]);
    expect(await appendedBy(world, () => imports(world, opening))).to.deep.equal([]);
    expect(await imports(world, opening)).to.deep.equal({ already: true });
    expect(await showLedger(actsOf(world))).to.deep.equal({
      sum: "3",
      delegators: 2,
      taken: null,
      adjustments: 0,
      settling: [],
      imported: [{ file: opening.file, format: "csv", delegators: 2, sum: "3", actor: "cli:somebody" }],
      balances: { [addressOf(0)]: "1", [addressOf(1)]: "2" },
    });
  });

  it("asks for a word on what may have been paid", async () => {
    const world = referenceWorld();
    const why = "recorded as failed";
    const opening = openingOf(2, { doubtful: [{ line: 3, delegator: B, amount: mutez(2n), why }] });
    expect(await refusalOf(imports(world, opening))).to.equal("may-be-paid rows 1");
    expect(await sumOwed(world)).to.equal("0");
    expect(await imports(world, opening, true)).to.deep.equal({ already: false });
    expect(await sumOwed(world)).to.equal("3");
    expect(await imports(world, opening)).to.deep.equal({ already: true });
  });

  it("is refused for a cycle that TAPS pays itself", async () => {
    const world = await carryingWorld();
    const of = (...cycles: readonly number[]) => openingOf(2, { cycles: cycles.map(asCycle) });
    const before = await sumOwed(world);
    while (world.model.cycleOf(world.model.head.level) < 2) world.bake();
    expect(await refusalOf(imports(world, of(0)))).to.equal("paid-here cycle 0");
    expect(await refusalOf(imports(world, of(0, 1), true))).to.equal("paid-here cycle 0");
    expect(await sumOwed(world)).to.equal(before);
  });

  it("is refused of a cycle that has not ended, and writes nothing", async () => {
    const world = referenceWorld();
    const of = (...cycles: readonly number[]) => openingOf(2, { cycles: cycles.map(asCycle) });
    for (const cycles of [[0], [900]])
      expect(await refusalOf(imports(world, of(...cycles), true))).to.equal(
        `opens-later cycle ${cycles.join("")} running 0`,
      );
    expect(world.events()).to.deep.equal([]);
    while (world.model.cycleOf(world.model.head.level) < 1) world.bake();
    expect(await refusalOf(imports(world, of(0, 900)))).to.equal("opens-later cycle 900 running 1");
    await imports(world, of(0));
  });

  it("tried out meets what it would be refused for, and writes nothing", async () => {
    const doubtful = [{ line: 3, delegator: B, amount: mutez(2n), why: "recorded as failed" }];
    const world = await carryingWorld();
    const before = world.events().length;
    const tried = (opening: Opening, confirmed = false) => tryImport(actsOf(world), opening, confirmed);
    expect(await refusalOf(tried(openingOf(2, { cycles: [asCycle(0)], doubtful })))).to.equal(
      "paid-here cycle 0",
    );
    expect(await refusalOf(tried(openingOf(2, { cycles: [asCycle(900)] })))).to.match(
      /^opens-later cycle 900/,
    );
    expect(await refusalOf(tried(openingOf(0, { doubtful })))).to.equal("no-balances");
    expect(await refusalOf(tried(openingOf(2, { doubtful })))).to.equal("may-be-paid rows 1");
    expect(await tried(openingOf(2, { doubtful }), true)).to.deep.equal({ already: false });
    expect(world.events()).to.have.length(before);
    await imports(world, openingOf(2));
    expect(await tried(openingOf(2))).to.deep.equal({ already: true });
    const copy = openingOf(2, { file: sha256("the same with other line ends") });
    expect(await refusalOf(tried(copy))).to.match(/^same-balances/);
  });

  it("says so when nobody is owed anything, or when it is a copy of another file", async () => {
    const world = referenceWorld();
    expect(await refusalOf(imports(world, openingOf(0)))).to.equal("no-balances");
    await imports(world, openingOf(3));
    const copy = openingOf(3, { file: sha256("the same with other line ends") });
    expect(await refusalOf(imports(world, copy))).to.equal(`same-balances file ${openingOf(3).file}`);
    expect(await sumOwed(world)).to.equal("6");
  });

  it("that died between two appends goes on when it is said again, and counts once", async () => {
    const count = 14_000;
    const opening = openingOf(count);
    const appends = async (world: World): Promise<number> => {
      let of = 0;
      const append = world.store.append.bind(world.store);
      world.store.append = (...args) => {
        of += 1;
        return append(...args);
      };
      await imports(world, opening);
      world.store.append = append;
      return of;
    };
    const whole = referenceWorld();
    await imports(whole, openingOf(1, { file: sha256("first") }));
    const needed = await appends(whole);
    expect(needed).to.be.greaterThan(1);
    for (let died = 0; died < needed; died += 1) {
      const world = referenceWorld();
      await imports(world, openingOf(1, { file: sha256("first") }));
      once(world, "after", died, () => Promise.reject(new Error("killed")));
      const killed: unknown = await imports(world, opening).catch((error: unknown) => error);
      expect(killed).to.have.property("message", "killed");
      const isWhole = died === needed - 1;
      expect(await sumOwed(world), `died after ${died}`).to.equal(isWhole ? `${opening.sum + 1n}` : "1");
      expect(await imports(world, opening)).to.deep.equal({ already: isWhole });
      expect(await sumOwed(world), `died after ${died}`).to.equal(`${opening.sum + 1n}`);
      const chunks = world.events().filter(({ event }) => event.type === "OpeningBalances");
      expect(chunks).to.have.length(1 + count / 500);
    }
  });

  it("by two people at once counts once, and beside another file's loses none of either", async () => {
    const opening = openingOf(14_000);
    for (const other of [opening, openingOf(14_001, { file: sha256("another") })])
      for (const step of [0, 1]) {
        const world = referenceWorld();
        await imports(world, openingOf(1, { file: sha256("first") }));
        once(world, "before", step, async () => {
          await imports(world, other);
        });
        await imports(world, opening);
        const expected = 1n + opening.sum + (other === opening ? 0n : other.sum);
        expect(await sumOwed(world), `step ${step}`).to.equal(`${expected}`);
      }
  });

  it("is paid out with the next cycle, to whoever is in it; the others keep what they have", async () => {
    const world = await carryingWorld();
    const gone = addressOf(77);
    const balances = [
      { delegator: addressOf(0), amount: mutez(5_000_000n) },
      { delegator: gone, amount: mutez(123n) },
    ];
    await imports(world, openingOf(2, { balances, sum: mutez(5_000_123n) }));
    const plain = await carryingWorld();
    await settle(plain, [1]);
    await settle(world, [1]);
    const sent = (of: World) =>
      paidInThree(of)
        .filter((line) => line.includes(`_1 delegator:${addressOf(0)}`))
        .map((line) => BigInt(/: (\d+) to/.exec(line)?.[1] ?? 0));
    const [without = 0n] = sent(plain);
    expect(sent(world)).to.deep.equal([without + 5_000_000n]);
    expect(await showBalance(actsOf(world), gone)).to.include({ balance: "123" });
  });
});

describe("reading payout records", () => {
  const owed = (
    delegator: typeof A,
    amount: bigint,
    cycle: number | null = null,
    doubt = "",
  ): RecordedRow => ({
    says: "owed",
    delegator,
    cycle: cycle === null ? null : asCycle(cycle),
    amount: mutez(amount),
    doubt,
  });
  const reading = (rows: readonly RecordedRow[]) =>
    readOpening(
      async (_path, _options, onRow) => {
        rows.forEach((row, i) => onRow(row, i + 2));
        return { format: "taps", digest: sha256("records") };
      },
      "records.csv",
      { format: undefined, baker: BAKER },
    );

  it("adds up what each delegator is owed over the cycles, and leaves out who is owed nothing", async () => {
    const rows: readonly RecordedRow[] = [
      owed(A, 500n, 498),
      { says: "paid", delegator: B, cycle: asCycle(498) },
      { says: "nothing" },
      owed(A, 20n, 499, "sent, perhaps"),
      owed(B, 0n, 499),
    ];
    expect(await reading(rows)).to.deep.equal({
      file: sha256("records"),
      format: "taps",
      cycles: [498, 499],
      owed: 3,
      paid: 1,
      passedOver: 1,
      balances: [{ delegator: A, amount: 520n }],
      sum: 520n,
      doubtful: [{ line: 5, delegator: A, amount: 20n, why: "sent, perhaps" }],
    });
  });

  it("refuses the file whole if a row of it is bad, and names each", async () => {
    const rows: readonly RecordedRow[] = [
      owed(A, 500n),
      { says: "bad", problem: "nothing is not an address" },
      owed(A, 500n),
      { says: "paid", delegator: A, cycle: null },
      owed(B, 1n),
    ];
    const error: unknown = await reading(rows).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(UnreadableRecords);
    expect(error).to.have.property(
      "message",
      [
        "nothing is imported from records.csv:",
        "line 3: nothing is not an address",
        `line 4: ${A} stands on line 2 already`,
        `line 5: ${A} stands on line 2 already`,
      ].join("\n"),
    );
  });
});
