import { z } from "zod";
import {
  type CycleCalendar,
  type RewardReply,
  type RewardSource,
  SourceUnavailable,
} from "../../application/ports/reward-source.js";
import { parseReply } from "../../application/reward-reply.js";
import { type Cycle, cycleNumber, level, type TzAddress } from "../../domain/identifiers.js";
import { changedBetweenPages, type Parsed, rowsOfPage } from "../../domain/reward/inputs.js";
import { type HttpBody, HttpReader, type HttpReaderOptions, HttpUnavailable } from "../http.js";

/** TzKT answers 400 above this. */
const PAGE_ROWS = 10_000;
/** More than any baker has, also at a hundred rows a page: a source that goes on for ever is not one. */
const MOST_PAGES = 1_000;
const FRESH_STARTS = 4;
const WAIT_BEFORE_FRESH_START_MS = 1_000;

const number = <T extends z.ZodType<number, number>>(schema: T) => z.bigint().transform(Number).pipe(schema);
const headReply = z.object({ level: number(level), cycle: number(cycleNumber), chainId: z.string() });
const cycleReply = z.object({ lastLevel: number(level) });
const levelsReply = cycleReply.extend({ firstLevel: number(level) });
const announcement = z.object({ delegatorsCount: z.bigint() });

type Page = HttpBody<Parsed>;

/** TzKT's API (`/v1/rewards/split`, `/v1/cycles`, `/v1/head`) as a source of rewards. */
export class TzktSource implements RewardSource, CycleCalendar {
  private readonly http: HttpReader;

  constructor(private readonly options: HttpReaderOptions) {
    this.http = new HttpReader(options);
  }

  async head(): Promise<{ readonly cycle: Cycle; readonly level: number; readonly chainId: string }> {
    const head = await this.get("/v1/head", (text) => headReply.parse(parseReply(text)));
    if (!head) throw new SourceUnavailable("GET /v1/head: no content");
    return head.value;
  }

  async levels(cycle: Cycle): ReturnType<CycleCalendar["levels"]> {
    const reply = await this.get(`/v1/cycles/${cycle}`, (text) => levelsReply.parse(parseReply(text)));
    return reply && { first: reply.value.firstLevel, last: reply.value.lastLevel };
  }

  /** Starts over a few times while the pages do not agree; if they never do, the last reply shows it. */
  async split(baker: TzAddress, cycle: Cycle): Promise<RewardReply | undefined> {
    for (let start = 1; ; start += 1) {
      const { level: headLevel } = await this.head();
      const ofCycle = await this.get(`/v1/cycles/${cycle}`, (text) => cycleReply.parse(parseReply(text)));
      const pages = ofCycle && (await this.pages(baker, cycle));
      if (!pages) return undefined;
      const isSteady = changedBetweenPages(pages.map((page) => page.value)).length === 0;
      if (isSteady || start === FRESH_STARTS) {
        return { pages: pages.map((page) => page.text), headLevel, lastLevel: ofCycle.value.lastLevel };
      }
      await this.options.clock.sleep(WAIT_BEFORE_FRESH_START_MS);
    }
  }

  private async pages(baker: TzAddress, cycle: Cycle): Promise<readonly Page[] | undefined> {
    const pages: Page[] = [];
    let rows = 0;
    while (pages.length < MOST_PAGES) {
      const query = `offset=${rows}&limit=${PAGE_ROWS}`;
      const page = await this.get(`/v1/rewards/split/${baker}/${cycle}?${query}`, parseReply);
      if (!page) return pages.length === 0 ? undefined : pages;
      // A server that ignores the offset repeats itself: it has nothing more.
      if (page.text === pages.at(-1)?.text) return pages;
      pages.push(page);
      const more = rowsOfPage(page.value).length;
      rows += more;
      if (more === 0 || (more < PAGE_ROWS && isAll(rows, page.value))) return pages;
    }
    throw new SourceUnavailable(`the rewards of cycle ${cycle} do not end after ${MOST_PAGES} pages`);
  }

  private async get<T>(path: string, parse: (text: string) => T): Promise<HttpBody<T> | undefined> {
    try {
      return await this.http.get(path, parse);
    } catch (error) {
      if (error instanceof HttpUnavailable) throw new SourceUnavailable(error.message, { cause: error });
      throw error;
    }
  }
}

/** A count that cannot be read is refused by whoever reads the reply; no further page would help. */
const isAll = (rows: number, page: Parsed): boolean => {
  const count = announcement.safeParse(page);
  return !count.success || BigInt(rows) >= count.data.delegatorsCount;
};
