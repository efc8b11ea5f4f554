import { setTimeout as sleep } from "node:timers/promises";

/** Longer than any test may take: a test that was given up must not keep its process. */
const MOST_MS = 20 * 60_000;

/** Waits for what must come, however long that takes; the test's own time limit is the end. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const end = Date.now() + MOST_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("it did not come");
    await sleep(5);
  }
};
