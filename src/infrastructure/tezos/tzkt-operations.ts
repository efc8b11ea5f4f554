import { z } from "zod";
import { type OperationHistory, type PastContent } from "../../application/ports/operations.js";
import {
  address,
  chainId,
  asCounter,
  level,
  type Level,
  operationHash,
  type TzAddress,
} from "../../domain/identifiers.js";
import { mutez } from "../../domain/money.js";
import { type HttpReaderOptions } from "../http.js";
import { TzktReader } from "./tzkt-reader.js";

const levelReply = z.bigint().transform(Number).pipe(level);
const head = z.object({ level: levelReply, chainId });
const contents = z.array(
  z.object({
    id: z.bigint(),
    type: z.string(),
    level: levelReply,
    hash: operationHash,
    counter: z.bigint().transform(asCounter),
    bakerFee: z.bigint().min(0n).transform(mutez).nullish(),
    target: z.object({ address }).nullish(),
    amount: z.bigint().min(0n).transform(mutez).nullish(),
    status: z.enum(["applied", "failed", "backtracked", "skipped"]),
    /** Of an operation that a contract emitted: it has no counter of its own. */
    nonce: z.bigint().nullish(),
  }),
);
type Row = z.infer<typeof contents>[number];

/** TzKT's `/v1/accounts/{address}/operations`: every kind of operation that an account has signed. */
export class TzktOperations implements OperationHistory {
  private readonly tzkt: TzktReader;

  constructor(options: HttpReaderOptions) {
    this.tzkt = new TzktReader(options);
  }

  head(): ReturnType<OperationHistory["head"]> {
    return this.tzkt.get("/v1/head", head);
  }

  async contentsOf(sender: TzAddress, after: Level, upTo: Level): Promise<readonly PastContent[]> {
    const levels = `level.gt=${after}&level.le=${upTo}`;
    const path = `/v1/accounts/${sender}/operations?sender=${sender}&${levels}&sort=0`;
    const found = await this.tzkt.all({ path, rows: contents, limit: 1_000, cursor: "lastId" });
    return found.filter(({ nonce }) => nonce == null).map(toContent);
  }
}

const toContent = ({
  hash,
  level: at,
  counter,
  type,
  bakerFee,
  target,
  amount,
  status,
}: Row): PastContent => ({
  hash,
  level: at,
  counter,
  kind: type,
  fee: bakerFee ?? null,
  target: target?.address ?? null,
  amount: amount ?? null,
  status,
});
