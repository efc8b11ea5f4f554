// One run: everything that happens in it follows from its shape and its disturbances.
import { checkEnd, endedCycles, standingOf } from "./checks.js";
import { Chance } from "./chance.js";
import { type Scheduled } from "./disturbances.js";
import { byChance, playing, type Script } from "./script.js";
import { type Topic } from "./topics.js";
import { describe, letGo } from "./mending.js";
import { Scene } from "./scene.js";
import { type Shape, shapeOf } from "./shape.js";
import { Story } from "./story.js";

export interface Outcome {
  readonly shape: Shape;
  /** Those that came. */
  readonly disturbances: readonly Scheduled[];
  readonly steps: number;
  /** What did not hold; undefined: all did. */
  readonly failure: string | undefined;
  readonly story: readonly string[];
}

/** Rounds without disturbances in which all must have been paid. */
const CALM_ROUNDS = 300;
/** Rounds in which the read models then come up to the log. */
const ROUNDS_BEHIND = 20;
/** A person looks at what stands still this often. */
const MENDING_ROUNDS = 8;
const MOST_STEPS = 60_000;

class Run {
  private readonly came: Scheduled[] = [];
  private readonly scene: Scene;
  private readonly story: Story;
  private steps = 0;

  constructor(
    private readonly shape: Shape,
    private readonly script: Script,
  ) {
    this.scene = new Scene(shape);
    this.story = new Story(this.scene.world);
  }

  async play(): Promise<Outcome> {
    let failure: string | undefined;
    try {
      await this.scene.begin();
      while (this.steps < this.shape.steps) await this.step();
      await this.untilAllIsPaid();
    } catch (error) {
      failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const { shape, came, steps } = this;
    return { shape, disturbances: came, steps, failure, story: this.story.lines() };
  }

  /** One call of one port, or a round in which nobody has anything to do. */
  private async step(): Promise<void> {
    const { scene } = this;
    await scene.stage.settle();
    const likely = scene.stage.next();
    const what = likely && this.script.at(this.steps, likely.name);
    const turn = what?.do === "switch" ? scene.stage.next(what.to) : likely;
    if (turn === undefined) scene.nextRound();
    else {
      scene.stage.take(turn);
      if (what !== undefined) {
        this.came.push({ at: this.steps, what });
        this.story.tell(this.steps, turn, what);
      }
      await scene.carryOut(turn, what);
      if (what !== undefined) scene.disturb(turn, what);
    }
    await scene.stage.settle();
    this.steps += 1;
    this.story.follow();
    if (scene.failure !== undefined) throw scene.failure;
    await scene.notary.look();
    scene.check(turn?.since ?? 0);
    if (this.steps > MOST_STEPS) throw new Error(`no end after ${MOST_STEPS} steps`);
  }

  /** Nothing goes wrong any more, and a person lets go what waits for one: then all that is owed is paid (I8). */
  private async untilAllIsPaid(): Promise<void> {
    const { scene } = this;
    scene.mend();
    const cycles = endedCycles(scene.world);
    const last = scene.stage.round + CALM_ROUNDS;
    let mended = -Infinity;
    for (;;) {
      const round = scene.stage.round;
      while (scene.stage.round === round) await this.step();
      const standing = await standingOf(scene.world, cycles);
      if (standing.isDone) break;
      if (round > last)
        throw new Error(`not paid for ${CALM_ROUNDS} rounds: ${describe(standing)}; ${scene.lastReports()}`);
      if (round - mended < MENDING_ROUNDS) continue;
      mended = round;
      letGo(scene, standing);
    }
    await checkEnd(scene.world, cycles);
    scene.logs.checkOnce(scene.world);
    await this.untilAllIsShown();
    scene.notary.check();
  }

  /** The read models come up to where the log ends now, and show what it says (I5). */
  private async untilAllIsShown(): Promise<void> {
    const { stage, readSide } = this.scene;
    const head = readSide.head();
    for (const last = stage.round + ROUNDS_BEHIND; !readSide.shows(head);) {
      if (stage.round > last)
        throw new Error(`read models lack event ${head} for ${ROUNDS_BEHIND} rounds: ${readSide.describe()}`);
      await this.step();
    }
    await readSide.compareWithStreams();
  }
}

/** Other numbers for what goes wrong than for the shape: a shape may then be changed by itself. */
const DISTURBANCES = 0x5eed;

/** The run of a seed; about one thing, if that is to be looked into. */
export const runSeed = (seed: number, about?: Topic): Promise<Outcome> => {
  const shape = shapeOf(seed, new Chance(seed));
  return new Run(shape, byChance(new Chance(seed ^ DISTURBANCES), shape, about)).play();
};

/** The run of a shape with exactly these disturbances. */
export const replay = (shape: Shape, disturbances: readonly Scheduled[]): Promise<Outcome> =>
  new Run(shape, playing(disturbances)).play();
