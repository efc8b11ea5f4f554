import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { type RecordedRow, UnreadableRecords } from "../../../../src/application/ports/payout-records.js";
import { sha256 } from "../../../../src/domain/digest.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { type RecordFormat } from "../../../../src/domain/ledger/ledger.js";
import { mutez } from "../../../../src/domain/money.js";
import { readPayoutRecords } from "../../../../src/infrastructure/payout-records/read.js";
import { addressOf, operationOf } from "../../../support/identifiers.js";

const BAKER = addressOf("baker");
const HASH = operationOf("lost");
const [A, B] = [addressOf(1), addressOf(2)];

const owed = (delegator: typeof A, amount: bigint, cycle: number | null = null, doubt = ""): RecordedRow => ({
  says: "owed",
  delegator,
  cycle: cycle === null ? null : asCycle(cycle),
  amount: mutez(amount),
  doubt,
});
const paid = (delegator: typeof A, cycle: number | null = null): RecordedRow => ({
  says: "paid",
  delegator,
  cycle: cycle === null ? null : asCycle(cycle),
});
const bad = (problem: string): RecordedRow => ({ says: "bad", problem });
const NOTHING: RecordedRow = { says: "nothing" };

const LOST = "; one that was sent and lost sight of stands so too";

describe("payout records", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "taps-records-"));
  });
  after(() => rm(folder, { recursive: true }));

  const read = async (content: string | Buffer, format?: RecordFormat, name = "records.csv") => {
    const path = join(folder, name);
    await writeFile(path, content);
    const rows: RecordedRow[] = [];
    const lines: number[] = [];
    const file = await readPayoutRecords(path, { format, baker: BAKER }, (row, line) => {
      rows.push(row);
      lines.push(line);
    });
    return { ...file, rows, lines };
  };
  const rowsOf = async (header: string, ...lines: readonly string[]): Promise<readonly RecordedRow[]> =>
    (await read([header, ...lines, ""].join("\n"))).rows;
  const unreadable = async (content: string, format?: RecordFormat): Promise<string> => {
    const error: unknown = await read(content, format).catch((thrown: unknown) => thrown);
    if (!(error instanceof UnreadableRecords)) throw new Error("was read", { cause: error });
    return error.message.replace(folder, "");
  };

  it("of a plain CSV are signed mutez, whatever the order of the columns", async () => {
    const content = `delegator,mutez\n${A},1500000\n${B},-40\n`;
    expect(await read(content)).to.deep.equal({
      format: "csv",
      digest: sha256(content),
      rows: [owed(A, 1_500_000n), owed(B, -40n)],
      lines: [2, 3],
    });
    expect(await rowsOf("Mutez, Delegator", `7,${A}`)).to.deep.equal([owed(A, 7n)]);
  });

  it("are named by line where they cannot be taken", async () => {
    const lines = [
      `${A},1.5`,
      "",
      `${A},+5`,
      `${A},`,
      `${A.slice(0, -1)}x,5`,
      ",5",
      `${A},5,6`,
      A,
      `${A},${"9".repeat(41)}`,
    ];
    const { rows, lines: numbers } = await read(["delegator,mutez", ...lines].join("\n"));
    expect(rows).to.deep.equal([
      bad("1.5 is not a whole number of mutez"),
      bad("+5 is not a whole number of mutez"),
      bad("nothing is not a whole number of mutez"),
      bad(`${A.slice(0, -1)}x is not an address`),
      bad("nothing is not an address"),
      bad("3 columns, and the header has 2"),
      bad("1 columns, and the header has 2"),
      bad(`${"9".repeat(41)} is not a whole number of mutez`),
    ]);
    expect(numbers).to.deep.equal([2, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("may begin with a byte order mark, end lines as Windows does, and quote", async () => {
    const content = `\uFEFF"delegator","mutez"\r\n"${A}","5"\r\n`;
    const { rows, digest } = await read(content);
    expect(rows).to.deep.equal([owed(A, 5n)]);
    expect(digest).to.equal(sha256(content));
  });

  it("are read as a stream", async () => {
    const content = `delegator,mutez\n${`${A},1\n`.repeat(20_000)}`;
    const { rows, digest } = await read(content);
    expect(rows).to.have.length(20_000);
    expect(digest).to.equal(sha256(content));
  });

  it("of a format that nobody knows, or of another than is said, are not read", async () => {
    expect(await unreadable("")).to.equal("cannot read /records.csv: it is empty");
    expect(await unreadable(`address,tez\n${A},5\n`)).to.match(
      /^cannot read \/records\.csv: its header \(address,tez\) has not once each of these columns:\ncsv: delegator,mutez\ntezpay: baker,.*\ntrd: .*\ntaps: .*$/,
    );
    expect(await unreadable(`delegator,mutez,note\n${A},5,x\n`)).to.include("csv: delegator,mutez");
    expect(await unreadable("address,type,amount,amount,hash,paid\n")).to.include("trd: address");
    expect(await unreadable(`delegator,mutez\n${A},5\n`, "trd")).to.equal(
      "cannot read /records.csv: its header (delegator,mutez) has not once each of these columns:\ntrd: address,type,amount,hash,paid",
    );
    expect(await unreadable(`delegator,mutez\n"${A},5\n`)).to.match(/^cannot read .*: Quote Not Closed/);
    expect(await unreadable(`delegator,mutez\n${"x".repeat(200_000)}`)).to.match(/Max Record Size/);
    const missing: unknown = await readPayoutRecords(
      join(folder, "nowhere"),
      { format: undefined, baker: BAKER },
      () => undefined,
    ).catch((thrown: unknown) => thrown);
    expect(missing)
      .to.be.instanceOf(UnreadableRecords)
      .and.to.have.property("message")
      .that.includes("ENOENT");
  });

  describe("of tezpay", () => {
    const HEADER =
      "id,baker,timestamp,cycle,kind,op_kind,contract,token_id,fa_alias,fa_decimals,delegator,delegator_balance,staked_balance,recipient,amount,fee_rate,fee,tx_fee,op_hash,success,note";
    const line = (
      over: Partial<
        Record<
          "baker" | "cycle" | "kind" | "token" | "delegator" | "amount" | "hash" | "success" | "note",
          string
        >
      >,
    ): string => {
      const of = {
        baker: BAKER,
        cycle: "1016",
        kind: "delegator reward",
        token: "tez",
        delegator: A,
        amount: "52000",
        hash: "",
        success: "false",
        note: "",
        ...over,
      };
      return `x,${of.baker},2026-06-26T10:00:00Z,${of.cycle},${of.kind},${of.token},,0,,0,${of.delegator},1,0,${B},${of.amount},0.05,1,477,${of.hash},${of.success},"${of.note}"`;
    };

    it("say what was paid, and what was not and may have been", async () => {
      const zero = "oneDGhZacw99EEFaYDTtWfz5QEhUW3PPVFsHa7GShnLPuDn7gSd";
      expect(
        await rowsOf(
          HEADER,
          line({ success: "true", hash: HASH }),
          line({ delegator: B, hash: HASH, note: "failed, somehow" }),
          line({ hash: zero }),
          line({}),
        ),
      ).to.deep.equal([
        paid(A, 1016),
        owed(B, 52_000n, 1016, `recorded as not paid, and ${HASH} may have paid it`),
        owed(A, 52_000n, 1016, `recorded as not paid${LOST}`),
        owed(A, 52_000n, 1016, `recorded as not paid${LOST}`),
      ]);
    });

    it("of what was left out say that it is owed where no term of the baker's is against it", async () => {
      const invalid = (note: string): string => line({ kind: "invalid", note });
      expect(
        await rowsOf(
          HEADER,
          invalid("PAYOUT_BELLOW_MINIMUM"),
          invalid("FAILED_TO_ESTIMATE_TX_COSTS"),
          invalid("DELEGATOR_IGNORED"),
          invalid("PAYOUT_ZERO"),
          invalid("SOMETHING_NEW"),
        ),
      ).to.deep.equal([
        owed(A, 52_000n, 1016),
        owed(A, 52_000n, 1016, "left out (FAILED_TO_ESTIMATE_TX_COSTS); a later run may have paid it"),
        NOTHING,
        NOTHING,
        bad('"SOMETHING_NEW" is no reason of tezpay\'s that this release knows'),
      ]);
    });

    it("of what is not a delegator's, not in tez, or counted elsewhere say nothing", async () => {
      const others = ["accumulated", "baker reward", "donation", "fee income"];
      expect(
        await rowsOf(HEADER, ...others.map((kind) => line({ kind, delegator: "" })), line({ token: "fa2" })),
      ).to.deep.equal([...others, "fa2"].map(() => NOTHING));
    });

    it("of another baker, or of what this release does not know, are bad", async () => {
      expect(
        await rowsOf(
          HEADER,
          line({ baker: B }),
          line({ cycle: "last" }),
          line({ kind: "gift" }),
          line({ token: "nft" }),
          line({ success: "TRUE" }),
          line({ amount: "-5" }),
          line({ delegator: "" }),
        ),
      ).to.deep.equal([
        bad(`it is of the baker ${B}`),
        bad("last is not a cycle"),
        bad('"gift" is no kind of tezpay\'s payouts'),
        bad('"nft" is no kind of tezpay\'s operations'),
        bad('"TRUE" is neither true nor false'),
        bad("-5 is not a whole number of mutez"),
        bad("nothing is not an address"),
      ]);
    });
  });

  describe("of TRD", () => {
    const HEADER = "address,type,amount,hash,paid,delegate_transaction_fee,delegator_transaction_fee";
    const line = (paidAs: string, over: { type?: string; amount?: string; hash?: string } = {}): string =>
      `${A},${over.type ?? "D"},${over.amount ?? "27869276"},${over.hash ?? "None"},${paidAs},0,0`;

    it("say what was paid, what was avoided, and what has a fate that TRD did not see", async () => {
      const amount = 27_869_276n;
      expect(
        await rowsOf(
          HEADER,
          line("1", { hash: HASH }),
          line("2"),
          line("4"),
          line("0"),
          line("3", { hash: HASH }),
          line("-1"),
        ),
      ).to.deep.equal([
        paid(A),
        NOTHING,
        owed(A, amount),
        owed(A, amount, null, `recorded as fail${LOST}`),
        owed(A, amount, null, `recorded as injected, and ${HASH} may have paid it`),
        owed(A, amount, null, `recorded as undefined${LOST}`),
      ]);
    });

    it("are of the cycle that their file is named after", async () => {
      const content = [HEADER, line("1", { hash: HASH }), line("4")].join("\n");
      for (const [name, cycle] of [
        ["1016.csv", 1016],
        ["0.csv", 0],
        ["1016_old.csv", null],
        ["12345678.csv", null],
      ] as const) {
        const { rows } = await read(content, undefined, name);
        expect(rows, name).to.deep.equal([paid(A, cycle), owed(A, 27_869_276n, cycle)]);
      }
      const plain = await read(`delegator,mutez\n${A},5\n`, undefined, "1016.csv");
      expect(plain.rows).to.deep.equal([owed(A, 5n)]);
    });

    it("of older releases are read too", async () => {
      expect(
        await rowsOf(
          "address,type,amount,hash,paid,description",
          `${A},D,5,None,fail, Insufficient funds.`,
          `${B},D,5,${HASH},paid,`,
        ),
      ).to.deep.equal([owed(A, 5n, null, `recorded as fail${LOST}`), paid(B)]);
    });

    it("of founders and owners say nothing; of joined rewards, only that they were paid", async () => {
      expect(
        await rowsOf(
          HEADER,
          ...["F", "O", "FOUNDERS_PARENT", "OWNERS_PARENT"].map((type) => line("0", { type })),
          line("1", { type: "M" }),
          line("0", { type: "M" }),
          line("0", { type: "X" }),
          line("7"),
          line("0", { amount: "1e6" }),
        ),
      ).to.deep.equal([
        NOTHING,
        NOTHING,
        NOTHING,
        NOTHING,
        paid(A),
        bad("it joins several rewards: name the delegators in a CSV of your own"),
        bad('"X" is no type of TRD\'s payments'),
        bad('"7" is no state of TRD\'s payments'),
        bad("1e6 is not a whole number of mutez"),
      ]);
    });
  });

  describe("of TAPS 1", () => {
    const HEADER = '"BAKER_ID","CYCLE","ADDRESS","DATE","RESULT","TOTAL","TRANSACTION_HASH"';
    const line = (result: string, total: string, hash = "", baker: string = BAKER): string =>
      `"${baker}","499","${A}","2024-01-15","${result}","${total}","${hash}"`;

    it("are in tez, to the mutez", async () => {
      const doubt = `recorded as failed${LOST}`;
      expect(
        await rowsOf(
          HEADER,
          line("applied", "120.000000", HASH),
          line("failed", "5.539240"),
          line("failed", "0.003970"),
          line("failed", "12"),
          line("not available", "0.1", HASH),
          line("simulated", "3.000000"),
          line("failed", "0.000000"),
        ),
      ).to.deep.equal([
        paid(A, 499),
        owed(A, 5_539_240n, 499, doubt),
        owed(A, 3_970n, 499, doubt),
        owed(A, 12_000_000n, 499, doubt),
        owed(A, 100_000n, 499, `recorded as not available, and ${HASH} may have paid it`),
        NOTHING,
        NOTHING,
      ]);
    });

    it("of another baker, with fractions of a mutez, or with a result that is none, are bad", async () => {
      expect(
        await rowsOf(
          HEADER,
          line("failed", "5.5392401"),
          line("failed", "-5"),
          line("failed", ""),
          line("paid", "5"),
          line("failed", "5", "", B),
        ),
      ).to.deep.equal([
        bad("5.5392401 is no amount of tez with up to six decimals"),
        bad("-5 is no amount of tez with up to six decimals"),
        bad("nothing is no amount of tez with up to six decimals"),
        bad('"paid" is no result of TAPS\'s payments'),
        bad(`it is of the baker ${B}`),
      ]);
    });
  });
});
