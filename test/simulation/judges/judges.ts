// A second opinion on money beside what cycles owe, event by event.
import { type World } from "../../support/world/world.js";
import { BondPoolJudge } from "./bond-pool.js";
import { CeilingsJudge } from "./ceilings.js";
import { LedgerJudge } from "./ledger.js";
import { RequestsJudge } from "./requests.js";
import { Rewards } from "./rewards.js";
import { Standings } from "./standings.js";

export class Judges {
  private readonly standings: Standings;
  private readonly rewards = new Rewards();
  private readonly judges: readonly [LedgerJudge, RequestsJudge, CeilingsJudge, BondPoolJudge];
  private seen = 0;

  constructor(private readonly world: World) {
    this.standings = new Standings(world);
    const { standings, rewards } = this;
    this.judges = [
      new LedgerJudge(standings),
      new RequestsJudge(world, standings),
      new CeilingsJudge(world, standings, rewards),
      new BondPoolJudge(standings, rewards),
    ];
  }

  /**
   * Looks at what was appended since the last look. Throws at the first event that may not be. `since`: how long the
   * log was when who appended it looked last.
   */
  follow(since: number): void {
    const events = this.world.events();
    for (; this.seen < events.length; this.seen += 1) {
      const fact = events[this.seen];
      if (fact === undefined) continue;
      this.standings.follow(fact, this.seen);
      this.rewards.follow(fact);
      for (const judge of this.judges) judge.judge(fact, since, this.seen);
    }
  }
}
