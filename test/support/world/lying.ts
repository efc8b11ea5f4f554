import { type Cycle } from "../../../src/domain/identifiers.js";
import { type World } from "./world.js";

type Split = Readonly<Record<string, unknown>>;

/** To processes that start from now on the source says something else of a cycle, until it is set right. */
export const lie = (world: World, about: (split: Split, cycle: Cycle) => Split): (() => void) => {
  const source = world.source.bind(world);
  let lies = true;
  world.source = () => {
    const honest = source();
    return {
      ...honest,
      split: async (baker, cycle) => {
        const reply = await honest.split(baker, cycle);
        if (!lies) return reply;
        const pages = reply?.pages.map((page) => JSON.stringify(about(JSON.parse(page) as Split, cycle)));
        return reply && pages && { ...reply, pages };
      },
    };
  };
  return () => {
    lies = false;
  };
};
