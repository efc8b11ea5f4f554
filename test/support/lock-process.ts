// A process that takes the lock of a folder and leaves it, many times; prints how often another held it, too.
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { locked } from "../../src/infrastructure/postgres/embedded/lock.js";

const [folder = "", rounds = "", flag = ""] = process.argv.slice(2);
let overlaps = 0;
const work = async () => {
  try {
    await (await open(join(flag, "held"), "wx")).close();
  } catch {
    overlaps += 1;
    return;
  }
  await sleep(1);
  await rm(join(flag, "held"));
};
for (let round = 0; round < Number(rounds); round += 1) {
  await locked(folder, work);
  // Time for others to come: who goes on at once finds them all asleep.
  await sleep(Math.random() * 20);
}
process.stdout.write(String(overlaps));
