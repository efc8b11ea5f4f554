import { z } from "zod";
import {
  type PastTransfer,
  type SentTransfer,
  type SentTransfers,
  type TransferHistory,
} from "../../application/ports/transfers.js";
import { address, level, type Level, operationHash, type TzAddress } from "../../domain/identifiers.js";
import { mutez, sumOf, ZERO } from "../../domain/money.js";
import { type HttpReaderOptions } from "../http.js";
import { TzktReader } from "./tzkt-reader.js";

const amount = z.bigint().min(0n).transform(mutez);
const rows = z.array(
  z.object({
    id: z.bigint(),
    hash: operationHash,
    level: z.bigint().transform(Number).pipe(level),
    target: z.object({ address }).nullish(),
    amount,
    status: z.string(),
    bakerFee: amount.nullish(),
    storageFee: amount.nullish(),
    allocationFee: amount.nullish(),
  }),
);

/** TzKT's `/v1/operations/transactions`. */
export class TzktTransfers implements TransferHistory, SentTransfers {
  private readonly tzkt: TzktReader;

  constructor(options: HttpReaderOptions) {
    this.tzkt = new TzktReader(options);
  }

  async sentAfter(sender: TzAddress, after: Level): Promise<readonly PastTransfer[]> {
    const sent = await this.sent(sender, `level.gt=${after}`);
    return sent.map(({ hash, level: at, target, amount: sum }) => ({ hash, level: at, target, amount: sum }));
  }

  sentBetween(sender: TzAddress, after: Level, upTo: Level): Promise<readonly SentTransfer[]> {
    return this.sent(sender, `level.gt=${after}&level.le=${upTo}`);
  }

  private async sent(sender: TzAddress, levels: string): Promise<readonly SentTransfer[]> {
    const path = `/v1/operations/transactions?anyof.sender.initiator=${sender}&${levels}&sort.asc=id`;
    const found = await this.tzkt.all({ path, rows, limit: 10_000, cursor: "offset.cr" });
    return found.flatMap(({ hash, level: at, target, amount: sum, status, ...costs }) => {
      if (status !== "applied" || !target) return [];
      const { bakerFee, storageFee, allocationFee } = costs;
      const burn = sumOf([storageFee ?? ZERO, allocationFee ?? ZERO], (each) => each);
      return [{ hash, level: at, target: target.address, amount: sum, fee: bakerFee ?? ZERO, burn }];
    });
  }
}
