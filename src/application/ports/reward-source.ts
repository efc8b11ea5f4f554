import { type Cycle, type Level, type TzAddress } from "../../domain/identifiers.js";

/** A source's reply as it came: each page's text, and what else is needed to judge whether it is complete. */
export interface RewardReply {
  /** Bodies of the pages, in order; JSON, but nothing more is promised of them. */
  readonly pages: readonly string[];
  /** Level of the source's head, read before the pages: what was final then is whole in them. */
  readonly headLevel: number;
  /** Last level of the cycle. */
  readonly lastLevel: number;
}

/** A question that gets no usable reply throws `SourceUnavailable`. */
export interface RewardSource {
  /** The whole split of a cycle; undefined when the source has no data for it (HTTP 204). */
  split(baker: TzAddress, cycle: Cycle): Promise<RewardReply | undefined>;
  /** The source's head: chain, cycle and level. */
  head(): Promise<{ readonly cycle: Cycle; readonly level: number; readonly chainId: string }>;
}

export interface CycleCalendar {
  /** First and last level of a cycle, also of the next ones to come; undefined where the source knows none. */
  levels(cycle: Cycle): Promise<{ readonly first: Level; readonly last: Level } | undefined>;
}

/** The source gave no usable reply after retries (429, 5xx, HTML, cut JSON, timeout). */
export class SourceUnavailable extends Error {
  override readonly name = "SourceUnavailable";
}
