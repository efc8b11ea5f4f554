// From a run that fails to the shortest one that still does.
import { type Scheduled } from "./disturbances.js";
import { CONTRACTS, type Shape } from "./shape.js";
import { type Outcome, replay } from "./simulation.js";

/** Runs that are spent on making one shorter. */
const MOST_RUNS = 400;

/** What failed, without the names and numbers that differ from run to run. */
export const kindOf = (failure: string): string =>
  (failure.split("\n")[0] ?? "").replace(/[A-Za-z0-9]{20,}|\d+/g, "~").slice(0, 120);

const SMALLER: readonly ((shape: Shape) => Shape)[] = [
  (shape) => ({ ...shape, replicas: 1 }),
  (shape) => ({ ...shape, replicas: 2 }),
  (shape) => ({ ...shape, projectors: 1 }),
  (shape) => ({ ...shape, delegators: CONTRACTS + 2 }),
  (shape) => ({ ...shape, funds: "1000000000" }),
  (shape) => ({ ...shape, minimumPayout: "0" }),
  (shape) => ({ ...shape, feesPaidBy: "baker" }),
];

class Shrinking {
  private runs = 0;

  constructor(
    private best: Outcome,
    private readonly kind: string,
  ) {}

  async shortest(): Promise<Outcome> {
    for (const smaller of SMALLER) await this.adopt(smaller(this.best.shape), this.best.disturbances);
    let size = Math.ceil(this.best.disturbances.length / 2);
    while (size >= 1 && this.runs < MOST_RUNS) {
      const isShorter = await this.dropRunsOf(size);
      size = isShorter ? Math.min(size, Math.ceil(this.best.disturbances.length / 2)) : Math.floor(size / 2);
    }
    const lastStep = this.best.disturbances.at(-1)?.at ?? 0;
    await this.adopt({ ...this.best.shape, steps: lastStep + 1 }, this.best.disturbances);
    return this.best;
  }

  /** Leaves out, one after the other, each run of so many disturbances that is not needed. */
  private async dropRunsOf(size: number): Promise<boolean> {
    const before = this.best.disturbances.length;
    for (let from = 0; from < this.best.disturbances.length;) {
      const { shape, disturbances } = this.best;
      const rest = [...disturbances.slice(0, from), ...disturbances.slice(from + size)];
      if (!(await this.adopt(shape, rest))) from += size;
    }
    return this.best.disturbances.length < before;
  }

  /** Takes a run for the best one if it fails in the same way. */
  private async adopt(shape: Shape, disturbances: readonly Scheduled[]): Promise<boolean> {
    if (this.runs >= MOST_RUNS) return false;
    this.runs += 1;
    const outcome = await replay(shape, disturbances);
    if (outcome.failure === undefined || kindOf(outcome.failure) !== this.kind) return false;
    this.best = outcome;
    return true;
  }
}

/** The shortest run found that fails as this one does. */
export const shrink = (outcome: Outcome): Promise<Outcome> => {
  if (outcome.failure === undefined) throw new RangeError("a run that does not fail");
  return new Shrinking(outcome, kindOf(outcome.failure)).shortest();
};
