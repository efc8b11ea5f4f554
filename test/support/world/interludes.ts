import { outcomeOf } from "./crashes.js";
import { holdAndRelease } from "./people.js";
import { anotherReplicaPays, referenceWorld, runReference, runWithInterlude } from "./scenario.js";
import { type World } from "./world.js";

const INTERLUDES: Readonly<Record<string, (world: World) => Promise<void>>> = {
  "another replica pays on": anotherReplicaPays,
  "a person holds and releases a payment": holdAndRelease,
};

export const interludeNames = Object.keys(INTERLUDES);

/** What each receiver got when others acted before every `stride`-th call; throws where it is not what is due. */
export const runInterludes = async (name: string, stride: number): Promise<number> => {
  const reference = referenceWorld();
  const { calls } = await runReference(reference);
  const expected = JSON.stringify(outcomeOf(reference));
  let runs = 0;
  for (let call = 0; call < calls.length; call += stride) {
    const world = referenceWorld();
    try {
      await runWithInterlude(world, call, INTERLUDES[name] ?? (() => Promise.resolve()));
    } catch (error) {
      throw new Error(`${name} before call ${call} (${calls[call]})`, { cause: error });
    }
    const found = JSON.stringify(outcomeOf(world));
    if (found !== expected)
      throw new Error(`${name} before call ${call} (${calls[call]}): other amounts were paid`);
    runs += 1;
  }
  return runs;
};
