import { expect } from "chai";
import { type PayoutStory } from "../../../src/application/audit/payout.js";
import { addressOf } from "../../support/rewards.js";
import { PAST_BAKER as BAKER, type PastLog, pastLog } from "../../support/whole/past-log.js";
import { endWithin } from "../../support/whole/within.js";

/** One of the two in each cycle. */
const DELEGATOR = addressOf(0);

describe("audit payout through the command line, on a log that is damaged", function () {
  this.timeout(30_000);
  let past: PastLog;

  const audit = (cycle: number, ...args: readonly string[]) =>
    endWithin(past.env, ["audit", "payout", String(cycle), DELEGATOR, ...args]);
  const where = (stream: string, cycle: number, type: string) =>
    `WHERE stream = '${stream}-${BAKER}_${cycle}' AND type = '${type}'`;
  const DAMAGED = "the log is damaged: what cannot be read is not told\n";

  before(async () => {
    past = await pastLog(5);
  });
  after(() => past.drop());

  it("tells the whole story of a log that is not", async () => {
    const { code, out, err } = await audit(0);
    expect({ code, err }).to.deep.equal({ code: 0, err: "" });
    expect(out).to.match(/\npaid: \d+\.\d{6} tez to tz1\w+ by operation o\w+\n$/);
    expect(JSON.parse((await audit(0, "--json")).out))
      .to.include({ cycle: 0 })
      .and.to.have.deep.property("unread", []);
  });

  it("goes on behind a reply that was cut, and names it, for people and programs", async () => {
    const cut = `data = jsonb_set(data::jsonb, '{gzip}', to_jsonb(left(data::jsonb->>'gzip', 40)))::text`;
    await past.tamper(`UPDATE log.events SET ${cut} ${where("reward", 1, "RawReplyRecorded")}`);
    const { code, out, err } = await audit(1);
    expect({ code, err }).to.deep.equal({ code: 1, err: DAMAGED });
    const lines = out.trimEnd().split("\n");
    expect(lines.at(-1)).to.match(/^paid: \d/);
    expect(lines.at(-2)).to.match(
      /^NOT READ: event 0 of reward-\w+_1 \(RawReplyRecorded\): reply: expected a reply that is believed, found /,
    );
    const { code: coded, out: json } = await audit(1, "--json");
    const story = JSON.parse(json) as PayoutStory;
    expect(coded).to.equal(1);
    expect(story.unread.map(({ stream, revision }) => ({ stream, revision }))).to.deep.equal([
      { stream: `reward-${BAKER}_1`, revision: 0 },
    ]);
    expect(story.outcome).to.equal(lines.at(-1));
  });

  it("goes on behind a chunk that is gone, and without rows that are not their list's", async () => {
    await past.tamper(`DELETE FROM log.events ${where("reward", 2, "DelegatorRewardsAllocated")}`);
    const gone = await audit(2);
    expect({ code: gone.code, err: gone.err }).to.deep.equal({ code: 1, err: DAMAGED });
    expect(gone.out).to.match(/\nNOT READ: event 2 of reward-\w+_2 is missing\n/);
    expect(gone.out).to.match(/\npaid: \d+\.\d{6} tez to tz1\w+ by operation o\w+\n$/);
    const more = `data = regexp_replace(data, '"due":"(\\d)', '"due":"9\\1')`;
    await past.tamper(`UPDATE log.events SET ${more} ${where("payment", 3, "ObligationsAdded")}`);
    const other = await audit(3);
    expect({ code: other.code, err: other.err }).to.deep.equal({ code: 1, err: DAMAGED });
    expect(other.out).to.match(
      /\nNOT READ: event \d+ of payment-\w+_3 \(PayoutPlanned\): its rows are not those of its digest\n/,
    );
  });

  it("says without a stack what every command meets that reads such an event", async () => {
    await past.tamper(
      `UPDATE log.events SET data = '{}' WHERE stream = 'baker-${BAKER}' AND type = 'PayerSet'`,
    );
    expect(await endWithin(past.env, ["replay", "0"])).to.deep.equal({
      code: 1,
      out: "",
      err: `cannot read event 1 of baker-${BAKER} (PayerSet version 1): it was written by another release of TAPS, or damaged\n`,
    });
    expect((await audit(4)).out).to.match(
      /\nNOT READ: cannot read event 1 of baker-\w+ \(PayerSet version 1\)/,
    );
  });
});
