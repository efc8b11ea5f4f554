// How long it takes to compute a log of years once more, and how much memory that needs.
import { endOf } from "../support/whole/taps.js";
import { print } from "./figure.js";
import { withYears, type Years } from "./years.js";

/** Each thread prints this when it ends, on standard error: kilobytes and microseconds of the whole process. */
const USED = /used (\d+) kB and (\d+) us/g;

export const benchReplay = (years: Years & { readonly aim: number }): Promise<void> =>
  withYears(years, async ({ name, env }) => {
    const started = performance.now();
    const { code, err } = await endOf({ ...env, NODE_OPTIONS: REPORT_USE }, ["replay", "all"]);
    const seconds = (performance.now() - started) / 1_000;
    if (code !== 0) throw new Error(`the replay ended with ${code}: ${err.slice(-2_000)}`);
    print({
      name: `${name}: replay`,
      value: Math.round(seconds * 10) / 10,
      unit: "s",
      aim: { below: years.aim },
    });
    const used = [...err.matchAll(USED)].map(([, memory, time]) => [Number(memory), Number(time)] as const);
    const most = (n: 0 | 1) => Math.max(...used.map((each) => each[n]));
    print({
      name: `${name}: processor time of the replay`,
      value: Math.round(most(1) / 1e5) / 10,
      unit: "s",
    });
    print({ name: `${name}: most memory of the replay`, value: Math.round(most(0) / 1_024), unit: "MiB" });
  });

/** A module that tells, at the end of the process, the most memory that it had and the time that it computed. */
const REPORT_USE = `--import=data:text/javascript,${encodeURIComponent(
  'process.on("exit",()=>{const u=process.resourceUsage();' +
    'process.stderr.write("used "+u.maxRSS+" kB and "+(u.userCPUTime+u.systemCPUTime)+" us\\n")})',
)}`;
