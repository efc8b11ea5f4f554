import { z } from "zod";
import { SourceUnavailable } from "../../application/ports/reward-source.js";
import { type PastTransfer, type TransferHistory } from "../../application/ports/transfers.js";
import { parseReply } from "../../application/reward-reply.js";
import { address, level, type Level, operationHash, type TzAddress } from "../../domain/identifiers.js";
import { mutez } from "../../domain/money.js";
import { HttpReader, type HttpReaderOptions, HttpUnavailable } from "../http.js";

/** TzKT answers 400 above this. */
const PAGE_ROWS = 10_000;

const transactions = z.array(
  z.object({
    hash: operationHash,
    level: z.bigint().transform(Number).pipe(level),
    target: z.object({ address }).nullish(),
    amount: z.bigint().min(0n).transform(mutez),
    status: z.string(),
  }),
);

/** TzKT's `/v1/operations/transactions`. */
export class TzktTransfers implements TransferHistory {
  private readonly http: HttpReader;

  constructor(options: HttpReaderOptions) {
    this.http = new HttpReader(options);
  }

  async sentAfter(sender: TzAddress, after: Level): Promise<readonly PastTransfer[]> {
    const found: PastTransfer[] = [];
    for (let rows = 0; ; rows += PAGE_ROWS) {
      const page = await this.page(
        `sender=${sender}&level.gt=${after}&sort.asc=id&offset=${rows}&limit=${PAGE_ROWS}`,
      );
      for (const { hash, level: at, target, amount, status } of page) {
        if (status === "applied" && target) found.push({ hash, level: at, target: target.address, amount });
      }
      if (page.length < PAGE_ROWS) return found;
    }
  }

  private async page(query: string): Promise<z.infer<typeof transactions>> {
    try {
      const page = await this.http.get(`/v1/operations/transactions?${query}`, (text) =>
        transactions.parse(parseReply(text)),
      );
      return page?.value ?? [];
    } catch (error) {
      if (error instanceof HttpUnavailable) throw new SourceUnavailable(error.message, { cause: error });
      throw error;
    }
  }
}
