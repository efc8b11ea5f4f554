import { z } from "zod";
import { type PastTransfer, type TransferHistory } from "../../application/ports/transfers.js";
import { address, level, type Level, operationHash, type TzAddress } from "../../domain/identifiers.js";
import { mutez } from "../../domain/money.js";
import { type HttpReaderOptions } from "../http.js";
import { TzktReader } from "./tzkt-reader.js";

const rows = z.array(
  z.object({
    id: z.bigint(),
    hash: operationHash,
    level: z.bigint().transform(Number).pipe(level),
    target: z.object({ address }).nullish(),
    amount: z.bigint().min(0n).transform(mutez),
    status: z.string(),
  }),
);

/** TzKT's `/v1/operations/transactions`. */
export class TzktTransfers implements TransferHistory {
  private readonly tzkt: TzktReader;

  constructor(options: HttpReaderOptions) {
    this.tzkt = new TzktReader(options);
  }

  async sentAfter(sender: TzAddress, after: Level): Promise<readonly PastTransfer[]> {
    const path = `/v1/operations/transactions?anyof.sender.initiator=${sender}&level.gt=${after}&sort.asc=id`;
    const sent = await this.tzkt.all({ path, rows, limit: 10_000, cursor: "offset.cr" });
    return sent.flatMap(({ hash, level: at, target, amount, status }) =>
      status === "applied" && target ? [{ hash, level: at, target: target.address, amount }] : [],
    );
  }
}
