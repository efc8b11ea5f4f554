import { type z } from "zod";
import { SourceUnavailable } from "../../application/ports/reward-source.js";
import { parseReply } from "../../application/reward-reply.js";
import { HttpReader, type HttpReaderOptions, HttpUnavailable } from "../http.js";

/** A list's path, its filters, and how it is paged. */
export interface TzktList<Row> {
  /** With its query, which asks for the oldest rows first. */
  readonly path: string;
  readonly rows: z.ZodType<Row[]>;
  /** Rows a page, at most what TzKT gives. */
  readonly limit: number;
  /** The parameter that asks for rows behind an id. */
  readonly cursor: string;
}

/** TzKT's API, where what has no answer counts as unavailable, and a list comes whole or not at all. */
export class TzktReader {
  private readonly http: HttpReader;

  constructor(options: HttpReaderOptions) {
    this.http = new HttpReader(options);
  }

  /** Throws `SourceUnavailable`. */
  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    try {
      const reply = await this.http.get(path, (text) => schema.parse(parseReply(text)));
      if (reply === undefined) throw new SourceUnavailable(`TzKT has no answer to ${path}`);
      return reply.value;
    } catch (error) {
      if (error instanceof HttpUnavailable) throw new SourceUnavailable(error.message, { cause: error });
      throw error;
    }
  }

  /**
   * All rows of a list, each page behind the last row's id: what is added meanwhile shifts nothing, and a server that
   * passes over the cursor is not read for ever. Throws `SourceUnavailable`.
   */
  async all<Row extends { readonly id: bigint }>({
    path,
    rows,
    limit,
    cursor,
  }: TzktList<Row>): Promise<Row[]> {
    const found: Row[] = [];
    for (;;) {
      const last = found.at(-1)?.id;
      const page = await this.get(
        `${path}&limit=${limit}${last === undefined ? "" : `&${cursor}=${last}`}`,
        rows,
      );
      const isInOrder = page.every(({ id }, i) => id > (page[i - 1]?.id ?? last ?? -1n));
      if (!isInOrder) throw new SourceUnavailable(`TzKT's rows do not come in order: ${path}`);
      found.push(...page);
      if (page.length < limit) return found;
    }
  }
}
