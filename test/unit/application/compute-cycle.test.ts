import { expect } from "chai";
import { computeCycle, type DelegationLimit } from "../../../src/application/compute-cycle.js";
import { type RewardReply, type RewardSource } from "../../../src/application/ports/reward-source.js";
import { asCycle, type Cycle, tzAddress } from "../../../src/domain/identifiers.js";
import { mainnetDelegationLimit } from "../../../src/domain/reward/delegation-limit.js";
import { fixture } from "../../support/fixtures.js";
import { policyOf } from "../../support/rewards.js";

const baker = tzAddress.parse("tz1NRGxXV9h6SdNaZLcgmjuLx3hyy2f8YoGN");
const published: DelegationLimit = async (cycle) => mainnetDelegationLimit(cycle);

/** A source whose every cycle has the rewards of cycle 750, and ten levels. */
class RecordedSource implements RewardSource {
  readonly asked: number[] = [];
  constructor(
    private readonly level: number,
    private readonly edit: (cycle: Cycle, page: string) => string | undefined = (_, page) => page,
  ) {}

  head = async () => ({
    cycle: asCycle(Math.floor(this.level / 10)),
    level: this.level,
    chainId: "NetXdQprcVkpaWU",
  });
  split = async (_: string, cycle: Cycle): Promise<RewardReply | undefined> => {
    this.asked.push(cycle);
    const page = this.edit(
      cycle,
      fixture("tzkt/split_750.json").replace('"cycle": 750', `"cycle": ${cycle}`),
    );
    return page === undefined
      ? undefined
      : { pages: [page], headLevel: this.level, lastLevel: cycle * 10 + 9 };
  };
}

const compute = async (
  cycle: number | "last",
  source: RewardSource,
  file: object = {},
  limitOf = published,
) => {
  const query = { baker, cycle: cycle === "last" ? cycle : asCycle(cycle), policy: policyOf(file) };
  const outcome = await computeCycle(query, { source, limitOf });
  if ("refused" in outcome) return outcome.refused;
  const { cycle: computed, policy, pool, bakerShare } = outcome.computed;
  return { computed, limit: policy.delegationLimit, pool: pool.total, bakerShare };
};
const RESULT = { limit: 9, pool: "23860236", bakerShare: "1633741" };

describe("computing a cycle", () => {
  it("computes the cycle asked for", async () => {
    expect(await compute(750, new RecordedSource(9000))).to.deep.equal({ computed: 750, ...RESULT });
  });

  it("hands on why the reply is refused", async () => {
    const refused = await compute(
      750,
      new RecordedSource(9000, (_, page) => page.replace('"delegatorsCount": 36', '"delegatorsCount": 37')),
    );
    expect(refused).to.deep.equal([{ check: "row-count", rows: 36, announced: 37 }]);
    expect(await compute(750, new RecordedSource(9000, () => undefined))).to.deep.equal([
      { check: "no-data", cycle: 750 },
    ]);
  });

  it("names a limit that is not known, and asks for none that the policy does not need", async () => {
    const source = new RecordedSource(90_000);
    expect(await compute(1703, source)).to.deep.equal([
      { check: "missing-constant", constant: "limit_of_delegation_over_baking", cycle: 1703 },
    ]);
    const never: DelegationLimit = async () => expect.fail("asked");
    expect(await compute(1703, source, { preset: "trd" }, never)).to.deep.equal({
      computed: 1703,
      limit: undefined,
      pool: "23846700",
      bakerShare: "1632815",
    });
  });

  it("last is the cycle before the running one, once two blocks are on top of it", async () => {
    const ripe = new RecordedSource(7511);
    expect(await compute("last", ripe)).to.deep.equal({ computed: 750, ...RESULT });
    expect(ripe.asked).to.deep.equal([750]);
    const young = new RecordedSource(7510);
    expect(await compute("last", young)).to.deep.equal({ computed: 749, ...RESULT });
    expect(young.asked).to.deep.equal([750, 749]);
  });

  it("last steps over a cycle whose reply still speaks of the future, but not for ever", async () => {
    const future = (cycles: number[]) => (cycle: Cycle, page: string) =>
      cycles.includes(cycle) ? page.replace('"futureBlocks": 0', '"futureBlocks": 1') : page;
    expect(await compute("last", new RecordedSource(7515, future([750])))).to.deep.equal({
      computed: 749,
      ...RESULT,
    });
    const stuck = new RecordedSource(7515, future([750, 749, 748, 747]));
    expect(await compute("last", stuck)).to.deep.equal([
      { check: "unfinished-cycle", headLevel: 7515, lastLevel: 7489, future: ["futureBlocks"] },
    ]);
    expect(stuck.asked).to.deep.equal([750, 749, 748]);
  });

  it("last of a chain in its first cycle is unfinished", async () => {
    const source = new RecordedSource(5);
    expect(await compute("last", source)).to.deep.equal([
      { check: "unfinished-cycle", headLevel: 5, lastLevel: 9, future: [] },
    ]);
    expect(source.asked).to.deep.equal([0]);
  });

  it("last does not step over a refusal of another kind", async () => {
    const source = new RecordedSource(7515, () => undefined);
    expect(await compute("last", source)).to.deep.equal([{ check: "no-data", cycle: 750 }]);
  });
});
