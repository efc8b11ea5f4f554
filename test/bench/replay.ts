// How long it takes to compute a log of years once more, and how much memory that needs.
import { endOf } from "../support/whole/taps.js";
import { print } from "./figure.js";
import { withYears, type Years } from "./years.js";

/** Each thread prints this when it ends, on standard error: kilobytes of the whole process. */
const MOST_MEMORY = /resident set (\d+) kB/g;

export const benchReplay = (years: Years): Promise<void> =>
  withYears(years, async ({ name, env }) => {
    const started = performance.now();
    const { code, err } = await endOf({ ...env, NODE_OPTIONS: REPORT_MEMORY }, ["replay", "all"]);
    const seconds = (performance.now() - started) / 1_000;
    if (code !== 0) throw new Error(`the replay ended with ${code}: ${err.slice(-2_000)}`);
    print({
      name: `${name}: replay`,
      value: Math.round(seconds * 10) / 10,
      unit: "s",
      aim: { below: years.aim },
    });
    const kilobytes = Math.max(...[...err.matchAll(MOST_MEMORY)].map(([, most]) => Number(most)));
    print({ name: `${name}: most memory of the replay`, value: Math.round(kilobytes / 1_024), unit: "MiB" });
  });

/** A module that tells, at the end of the process, the most memory that it had. */
const REPORT_MEMORY = `--import=data:text/javascript,${encodeURIComponent(
  'process.on("exit",()=>process.stderr.write("resident set "+process.resourceUsage().maxRSS+" kB\\n"))',
)}`;
