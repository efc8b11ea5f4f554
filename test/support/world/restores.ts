// The log of a recorded run put back to any length, while what it signed since is live on the chain.
import { bakerOf, walletOf } from "../../../src/application/aggregates.js";
import { switchMode } from "../../../src/application/commands/mode.js";
import { recordRestore } from "../../../src/application/commands/restored.js";
import { type WitnessRecord } from "../../../src/application/ports/system.js";
import { type Operation } from "../../../src/sandbox/model/types.js";
import { BAKER, PAYER } from "../chain-model.js";
import { dataOf } from "./events.js";
import { checkAllIsFinal, checkInvariants } from "./invariants.js";
import { isSettled } from "./installation.js";
import { actsOf } from "./people.js";
import { checkOnce, checkSums, checkWait, EVIDENCE, PENDING, type Restore } from "./restores/checks.js";
import { type Claims, classifyKnown, refusalOf } from "./restores/person.js";
import { CYCLES, MOST_BLOCKS, options, SET_UP, type Story, tellStory, TTL } from "./restores/story.js";
import { type Moment, World } from "./world.js";

/** What the database's witness said when the log was so long. */
const witnessAt = ({ witnessed }: Moment, length: number): WitnessRecord[] =>
  witnessed
    .filter(({ events }) => events <= length)
    .slice(-1)
    .map(({ record }) => record);

const restore = ({ moment, length, evidence }: Restore): World => {
  const file = moment.witnessed.slice(-1).map(({ record }) => record);
  const table = witnessAt(moment, length);
  const world = World.restored(options, moment, length, evidence === "file" ? [...table, ...file] : table);
  if (evidence === "identity") world.identity = { ...world.identity, timeline: 2 };
  return world;
};

/** Hands operations that every node had forgotten to the chain's, each at the last head that still takes it. */
const turnUp = ({ model }: World, operations: readonly Operation[]): void => {
  for (const operation of operations) {
    const branch = model.block(operation.branch);
    if (branch && model.head.level === branch.level + TTL) model.inject(operation);
  }
};

const unrelated = (claims: Claims): Claims => new Map([...claims.keys()].map((hash) => [hash, []]));

/** Goes on from a restored log until all is paid; throws at the first thing that must not be. */
const goOn = async ({ claims }: Pick<Story, "claims">, wanted: Restore): Promise<void> => {
  const { moment, length, evidence, pending } = wanted;
  const world = restore(wanted);
  const logged = new Set(dataOf(world, "OperationSigned").map(({ hash }) => hash));
  for (const hash of claims.keys()) if (!logged.has(hash)) world.byHand.add(hash);
  if (pending === "in the mempool") for (const operation of moment.mempool) world.model.inject(operation);
  const acts = { ...actsOf(world), payer: PAYER };
  if (evidence === "word") await refusalOf(recordRestore(acts));
  const { process, reports } = world.start();
  const isSetUp = length >= SET_UP;
  const restoredAt = world.model.head.level;
  let resumedAt: number | undefined;
  let cycles: readonly number[] | undefined = isSetUp ? CYCLES : undefined;
  for (let blocks = 0; ; blocks += 1) {
    await process.step();
    checkInvariants(world);
    if (dataOf(world, "WalletResumed").length > 0) resumedAt ??= world.model.head.level;
    if (isSetUp) checkWait(world, wanted, { restoredAt, resumedAt });
    const { state } = await acts.repository.load(walletOf(PAYER));
    const isQuiet =
      state.foreign.length === 0 &&
      state.operations.length === 0 &&
      state.pauses.length === 0 &&
      state.requests.length === 0;
    if (isQuiet && cycles?.every((cycle) => isSettled(world, cycle)) && blocks > 2 * TTL + 10) break;
    if (blocks > MOST_BLOCKS) throw new Error(`not paid: ${JSON.stringify(reports.slice(-2))}`);
    if (!isSetUp && blocks === 3) {
      await switchMode(acts, "on");
      const { onSince, registered } = (await acts.repository.load(bakerOf(BAKER))).state;
      cycles = [Math.max(onSince ?? 0, registered?.firstCycle ?? 0)];
    }
    await classifyKnown(acts, isSetUp ? claims : unrelated(claims));
    if (pending === "late") turnUp(world, moment.mempool);
    world.bake();
  }
  checkOnce(world, wanted, claims);
  if (!isSetUp) return;
  checkAllIsFinal(world, CYCLES);
  await checkSums(world);
};

/** Every log that is left of every moment, with everything that may tell of it and become of what is pending. */
const restoresOf = ({ moments }: Story): readonly Restore[] =>
  moments.flatMap((moment) =>
    Array.from({ length: moment.events.length + 1 }, (_, length) => length).flatMap((length) =>
      EVIDENCE.flatMap((evidence) =>
        (moment.mempool.length > 0 ? PENDING : (["lost"] as const)).map((pending) => ({
          moment,
          length,
          evidence,
          pending,
        })),
      ),
    ),
  );

/** Goes on from every `stride`-th restore of the story, each to its end; answers how many that were. Throws at the first that fails. */
export const runRestores = async (stride: number): Promise<number> => {
  const story = await tellStory();
  const restores = restoresOf(story).filter((_, n) => n % stride === 0);
  for (const restored of restores) {
    const { moment, length, evidence, pending } = restored;
    try {
      await goOn(story, restored);
    } catch (cause) {
      throw new Error(`${moment.name}; ${length} events left, seen by ${evidence}, pending ${pending}`, {
        cause,
      });
    }
  }
  return restores.length;
};
