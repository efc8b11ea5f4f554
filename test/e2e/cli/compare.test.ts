import { expect } from "chai";
import { fixture } from "../../support/fixtures.js";
import { operationOf } from "../../support/identifiers.js";
import { addressOf } from "../../support/rewards.js";
import {
  type RecordedTransfer,
  type RecordedTzkt,
  startRecordedTzkt,
} from "../../support/whole/recorded-tzkt.js";
import { endWithin, tapsWithin } from "../../support/whole/within.js";

const BAKER = "tz1NRGxXV9h6SdNaZLcgmjuLx3hyy2f8YoGN";
const PAYER = addressOf(77);
/** Cycle 751, in which cycle 750 is paid. */
const FIRST = 7_510_001;
const LAST = 7_520_000;

interface Row {
  readonly delegator: string;
  readonly net: string;
}

interface Receiver {
  readonly recipient: string;
  readonly difference: string;
  readonly verdict: string;
}

const transfer = (n: number, address: string, amount: number, level = FIRST + n) => ({
  id: n + 1,
  hash: operationOf(n),
  level,
  target: { address },
  amount,
  status: "applied",
  bakerFee: 400,
  storageFee: 0,
  allocationFee: n === 0 ? 64_250 : 0,
});

describe("compare through the command line", function () {
  this.timeout(20_000);
  let tzkt: RecordedTzkt;
  let rows: readonly Row[];
  const splits = new Map([[750, fixture("tzkt/split_750.json")]]);
  const withTransfers = async (transfers: readonly RecordedTransfer[]): Promise<void> => {
    await tzkt.stop();
    tzkt = await startRecordedTzkt(splits, transfers);
  };
  const compare = (...args: string[]) =>
    endWithin({ TZKT_URL: tzkt.url }, ["compare", "750", "--baker", BAKER, "--payer", PAYER, ...args]);
  const compared = async (...args: string[]) => {
    const { code, out } = await compare("--json", ...args);
    expect(code).to.equal(0);
    return JSON.parse(out) as Record<string, unknown> & { readonly receivers: readonly Receiver[] };
  };

  before(async () => {
    tzkt = await startRecordedTzkt(splits);
    const out = await tapsWithin({ TZKT_URL: tzkt.url }, [
      "cycle",
      "compute",
      "750",
      "--baker",
      BAKER,
      "--json",
    ]);
    rows = (JSON.parse(out) as { delegators: readonly Row[] }).delegators.filter(({ net }) => net !== "0");
  });
  after(() => tzkt.stop());

  const paid = (change: (net: number, n: number) => number = (net) => net) =>
    rows.map(({ delegator, net }, n) => transfer(n, delegator, change(Number(net), n)));

  it("finds nothing where each was sent what the policy owes", async () => {
    await withTransfers(paid());
    const found = await compared();
    expect(found).to.deep.include({
      cycle: 750,
      payer: PAYER,
      window: { from: FIRST, to: LAST, isOver: true },
      owed: "21115140",
      paid: "21115140",
      overpaid: "0",
      underpaid: "0",
      counts: { asOwed: rows.length, overpaid: 0, underpaid: 0, missing: 0, notOwed: 0 },
      others: { transfers: 0, receivers: 0, sum: "0" },
    });
  });

  it("names who was over- and underpaid, who is missing, and sums up what went to others", async () => {
    const changed = paid((net, n) => (n === 1 ? net + 7 : n === 2 ? net - 5 : net));
    const friends = [100, 101].map((n) => transfer(n, addressOf(n), 1_000));
    const early = transfer(200, rows[0]?.delegator ?? "", 9, FIRST - 1);
    await withTransfers([...changed.slice(0, 3), ...changed.slice(4), ...friends, early]);
    const found = await compared();
    const missing = Number(rows[3]?.net);
    expect(found).to.deep.include({
      overpaid: "7",
      underpaid: String(5 + missing),
      counts: { asOwed: rows.length - 3, overpaid: 1, underpaid: 1, missing: 1, notOwed: 0 },
      others: { transfers: 2, receivers: 2, sum: "2000" },
    });
    const off = found.receivers.filter(({ difference }) => difference !== "0");
    expect(off.map(({ recipient, difference, verdict }) => [recipient, difference, verdict])).to.deep.equal([
      [rows[1]?.delegator, "7", "overpaid"],
      [rows[2]?.delegator, "-5", "underpaid"],
      [rows[3]?.delegator, String(-missing), "missing"],
    ]);
  });

  it("takes fees and burns into account where the policy lets the receiver pay them", async () => {
    const preset = ["--preset", "tezpay"] as const;
    const due = (await compared(...preset)).receivers as readonly (Receiver & { readonly owed: string })[];
    const costs = (n: number) => 400 + (n === 0 ? 64_250 : 0);
    const owing = due.filter(({ owed }) => Number(owed) > 64_650);
    await withTransfers(
      owing.map(({ recipient, owed }, n) => transfer(n, recipient, Number(owed) - costs(n))),
    );
    const { counts } = (await compared(...preset)) as unknown as { counts: Record<string, number> };
    expect(counts).to.deep.include({ asOwed: owing.length, overpaid: 0, underpaid: 0 });
  });

  it("looks at other blocks if told to, and doubts blocks in which few were paid", async () => {
    await withTransfers(paid().map((row) => ({ ...row, level: row.level + 50_000 })));
    const { code, out, err } = await compare();
    expect(code).to.equal(0);
    expect(out).to.include(`${rows.length} missing`);
    expect(err).to.match(/few of them were sent anything in these blocks/);
    const later = await compared("--from-level", String(FIRST + 50_000), "--to-level", String(LAST + 50_000));
    expect(later["counts"]).to.deep.include({ asOwed: rows.length, missing: 0 });
    const open = await compare("--to-level", "30000000");
    expect(open.err).to.match(/the window ends in block 30000000, which has not come yet/);
  });

  it("says what is wrong with its arguments, and what the source does not have", async () => {
    const ends = await Promise.all([
      endWithin({ TZKT_URL: tzkt.url }, ["compare", "750"]),
      compare("--from-level", "9", "--to-level", "8"),
      compare("--payer", "KT1nobody"),
      compare("--preset", "trd", "--policy", "policy.json"),
    ]);
    expect(ends.map(({ code }) => code)).to.deep.equal([2, 2, 2, 2]);
    const none = await endWithin({ TZKT_URL: tzkt.url }, ["compare", "900", "--baker", BAKER]);
    expect([none.code, none.err]).to.deep.equal([
      3,
      "no-data: the source has no rewards of this baker for cycle 900\n",
    ]);
  });
});
