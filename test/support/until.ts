import { setTimeout as sleep } from "node:timers/promises";

/** Waits for what must come, however long that takes; the test's own time limit is the end. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await sleep(5);
};
