// How fast read models are made from a log that the domain wrote, and what that takes.
import { print, say } from "./figure.js";
import {
  countOf,
  fill,
  forget,
  type Installation,
  NAMES,
  quietly,
  secondsSince,
  well,
  withInstallation,
} from "./read-models.js";
import { type Years } from "./years.js";

const timed = async (work: () => Promise<void>): Promise<number> => {
  const began = performance.now();
  await work();
  return secondsSince(began);
};

/** From zero, with nothing to compare with. */
const rebuildTime = async (installation: Installation, names: readonly string[]): Promise<number> => {
  await forget(installation);
  return timed(async () => well(await installation.models.rebuild(names, quietly())));
};

export const benchRebuild = async (years: Years): Promise<void> =>
  withInstallation(async (installation) => {
    await fill(installation, years);
    const events = Number(await installation.log.head()) + 1;
    for (const name of [...NAMES, "all"]) {
      const seconds = await rebuildTime(installation, name === "all" ? NAMES : [name]);
      const rows =
        name === "payment"
          ? `, ${Math.round((await countOf(installation, "payment")) / seconds)} payments/s`
          : "";
      say(`${name}: ${seconds} s, ${Math.round(events / seconds)} events/s${rows}`);
      print({ name, value: Math.round(events / seconds), unit: "events/s" });
    }
  });

const [cycles = "100", delegators = "2000"] = process.argv.slice(2);
await benchRebuild({ cycles: Number(cycles), delegators: Number(delegators) });
