// Requests at a steady rate, however slowly they are answered.
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type Group } from "./api-groups.js";
import { type Answered, type Served } from "./served.js";

const RATE = 200;
export const rateOf = ({ rate = RATE }: Group): number => rate;
/** The server has run for a while: what it compiles, and what PostgreSQL reads of its own, is there. */
const WARM_UP_S = 1;

const page = z.object({ next: z.string().nullable() });

/** Every other request for a list is for the page behind one that was answered, as whoever reads on asks. */
class Requests {
  private readonly pages: string[] = [];
  private asked = 0;
  private begun = 0;

  constructor(private readonly group: Group) {}

  next(): string {
    this.asked += 1;
    const page = this.asked % 2 === 0 ? this.pages.shift() : undefined;
    return page ?? this.group.path(this.begun++);
  }

  answered(path: string, { body }: Answered): void {
    if (!this.group.isList) return;
    const { next } = page.parse(JSON.parse(body));
    const [first = ""] = path.split("&cursor=");
    if (next !== null) this.pages.push(`${first}&cursor=${next}`);
  }
}

const run = async (served: Served, group: Group, requests: Requests, count: number): Promise<number[]> => {
  const { status: wanted = 200, headers } = group;
  const rate = rateOf(group);
  const times: number[] = [];
  const failures: unknown[] = [];
  const ask = async (due: number): Promise<void> => {
    const path = requests.next();
    const answered = await served.ask(path, headers);
    times.push(performance.now() - due);
    if (answered.status !== wanted) throw new Error(`${answered.status} for ${path}: ${answered.body}`);
    requests.answered(path, answered);
  };
  const waiting: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < count && failures.length === 0; n += 1) {
    const due = began + (n / rate) * 1_000;
    const early = Math.ceil(due - performance.now());
    if (early > 0) await sleep(early);
    waiting.push(ask(due).catch((error: unknown) => void failures.push(error)));
  }
  await Promise.all(waiting);
  if (failures.length > 0) throw failures[0];
  return times;
};

/**
 * Milliseconds from the moment when each request of a group should have been sent until its answer was there, at the
 * group's rate for so many seconds. Throws if one is answered otherwise than it should be.
 */
export const load = async (served: Served, group: Group, seconds: number): Promise<readonly number[]> => {
  const requests = new Requests(group);
  await run(served, group, requests, WARM_UP_S * rateOf(group));
  return run(served, group, requests, seconds * rateOf(group));
};
