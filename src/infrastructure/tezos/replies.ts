// Shapes of the nodes' replies that TAPS reads (Octez RPC, protocols 023 to 025).
import { z } from "zod";
import { ChainUnavailable, type PendingOperation } from "../../application/ports/chain.js";
import {
  blockHash,
  chainId,
  counterCodec,
  cycleNumber,
  level,
  operationHash,
  type OperationHash,
  protocolHash,
} from "../../domain/identifiers.js";
import { mutezCodec } from "../../domain/money.js";

export const chainIdReply = chainId;

export const header = z.object({
  hash: blockHash,
  level,
  predecessor: blockHash,
  chain_id: chainId,
  protocol: protocolHash,
  timestamp: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
});
export type HeaderReply = z.infer<typeof header>;

/** An item of `/monitor/heads/main`. */
export const monitoredHead = z.object({ hash: blockHash });

export const metadata = z.object({
  protocol: protocolHash,
  next_protocol: protocolHash,
  max_operations_ttl: z.number().int(),
  /** Absent in the genesis block. */
  level_info: z.object({ cycle: cycleNumber }).optional(),
});
export type MetadataReply = z.infer<typeof metadata>;

/** `context/contracts/{address}`; a node before Octez 20 does not say `revealed`. */
export const account = z.object({
  balance: mutezCodec,
  counter: counterCodec.optional(),
  revealed: z.boolean().optional(),
});
export const counterReply = counterCodec;
export const managerKey = z.string().nullable();

export const cycleRange = z.object({ first: level, last: level });

const sourced = z.object({
  hash: z.string(),
  contents: z.array(z.object({ source: z.string().optional() })),
});
const pending = z.array(sourced);
/** `mempool/pending_operations?version=2`: Octez names every class, also an empty one. */
export const mempool = z.object({
  validated: pending,
  branch_delayed: pending,
  branch_refused: pending,
  refused: pending,
  outdated: pending,
  /** Not looked at yet. */
  unprocessed: pending,
});

const hashOf = (text: string): OperationHash => {
  const read = operationHash.safeParse(text);
  if (!read.success) throw new ChainUnavailable(`the mempool has an operation without a hash: ${text}`);
  return read.data;
};

/**
 * The source's operations of a mempool; what is not looked at yet may still be included. Throws `ChainUnavailable`
 * when one of them cannot be read.
 */
export const toPending = (reply: z.infer<typeof mempool>, source: string): readonly PendingOperation[] => {
  const of = (list: z.infer<typeof pending>, state: PendingOperation["state"]) =>
    list
      .filter(({ contents }) => contents[0]?.source === source)
      .map(({ hash }) => ({ hash: hashOf(hash), state }));
  return [
    ...of(reply.validated, "validated"),
    ...of(reply.unprocessed, "validated"),
    ...of(reply.branch_delayed, "branch-delayed"),
    ...of(reply.branch_refused, "branch-refused"),
    ...of(reply.refused, "refused"),
    ...of(reply.outdated, "outdated"),
  ];
};
