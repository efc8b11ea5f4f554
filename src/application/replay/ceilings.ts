// What a plan was held against when it was fixed: the ceilings in force, and the rewards of the cycles before.
import { isDeepStrictEqual } from "node:util";
import { type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { type Mutez } from "../../domain/money.js";
import { excessesOf, type Limits } from "../../domain/payment/ceilings.js";
import type * as Payment from "../../domain/payment/payment.js";
import * as Reward from "../../domain/reward/reward.js";
import { type Position, type Revision, START } from "../ports/event-store.js";
import { comparedWith, plannedRewards } from "../process/payer/planning.js";
import { type Findings } from "./findings.js";
import { type LoggedOf, Positions, type ReadLog } from "./reading.js";

/** A time in the log: behind the first position, before the second. */
export interface Span {
  readonly after: Position;
  readonly before: Position;
}

/** What a plan may have been held against by a decision of that time, the newest first; none: by nothing. */
export type LimitsIn = (decidedBefore: Position) => Promise<readonly Limits[]>;

/** What a cycle was to pay, as its stream says it, and since when it does. */
interface Standing {
  readonly rewards: Mutez | undefined;
  readonly since: Position;
}

/** Cycles before this one: what they gave their delegators, as whoever planned the next one found it. */
export class EarlierRewards {
  /** Where each stream ends: most have ended long before anybody asks for them. */
  private readonly ends = new Map<Cycle, Promise<Standing>>();

  constructor(
    private readonly log: ReadLog,
    private readonly baker: TzAddress,
  ) {}

  /** What a cycle's rewards are compared with, in each way in which that stood during a time; mostly there is one. */
  async in(span: Span, cycle: Cycle): Promise<readonly (readonly Mutez[])[]> {
    const found = await Promise.all(comparedWith(cycle).map((one) => this.standings(one, span)));
    return found.reduce<readonly (readonly Mutez[])[]>(
      (ways, standings) =>
        ways.flatMap((way) =>
          standings.map(({ rewards }) => (rewards === undefined ? way : [...way, rewards])),
        ),
      [[]],
    );
  }

  private async standings(cycle: Cycle, { after, before }: Span): Promise<readonly Standing[]> {
    const found: Standing[] = [];
    for (let end = before; ;) {
      const standing = await this.before(cycle, end);
      found.push(standing);
      if (standing.since <= after) return found;
      end = standing.since;
    }
  }

  private async before(cycle: Cycle, end: Position): Promise<Standing> {
    const last = this.ends.get(cycle) ?? this.read(cycle);
    this.ends.set(cycle, last);
    if ((await last).since < end) return last;
    const positions = new Positions(this.log, Reward.stream(this.baker, cycle));
    // The first one behind everything that is before the end.
    const behind = await positions.firstBehind((end - 1n) as Position);
    return behind === 0 ? { rewards: undefined, since: START } : this.read(cycle, behind - 1);
  }

  private async read(cycle: Cycle, upTo?: Revision): Promise<Standing> {
    const { log, baker } = this;
    const from = upTo === undefined ? {} : { from: upTo };
    let since = START;
    const end = log.read(Reward.stream(baker, cycle), { direction: "backwards", limit: 1, ...from });
    for await (const { position } of end) since = position;
    return { rewards: await plannedRewards(log, baker, cycle, upTo), since };
  }
}

/** A plan above a ceiling waits for a person, and says why; one that is above none does not. */
export const checkApproval = async (
  findings: Findings,
  planned: {
    readonly logged: LoggedOf<"PayoutPlanned">;
    /** As it should be. */
    readonly events: readonly Payment.Event[];
    readonly limits: LimitsIn;
    readonly awaits: LoggedOf<"PayoutAwaitsApproval"> | undefined;
  },
): Promise<void> => {
  const { logged, events, limits, awaits } = planned;
  const rows = events.flatMap((event) => (event.type === "ObligationsAdded" ? event.data.rows : []));
  const sent = rows.filter(({ self }) => !self).map(({ due }) => due);
  const possible = (await limits((awaits ?? logged).position)).map((each) => excessesOf(sent, each));
  const said = awaits?.event.data.exceeded ?? [];
  const exceeded = possible.find((each) => isDeepStrictEqual(each, said)) ?? possible[0] ?? [];
  findings.sameFields("plan above a ceiling", { exceeded }, { exceeded: said }, awaits ?? logged);
  const closing = events.at(-1);
  const digest = closing?.type === "PayoutPlanned" ? closing.data.digest : undefined;
  if (awaits) findings.same("plan that waits", digest, awaits.event.data.planDigest, awaits);
};
