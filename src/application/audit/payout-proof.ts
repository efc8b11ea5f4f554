// What a proof file holds: of one payout, or that one checkpoint continues another.
import { z } from "zod";
import { type Json } from "../../domain/digest.js";
import { address, cycleNumber, digest } from "../../domain/identifiers.js";

const count = z.number().int().min(0);
const path = z.array(digest).max(64);

/** An event of the log by its leaf's bytes, and where it stands in the log. */
const provenLeaf = z.strictObject({ leaf: z.string(), index: count, path });
export type ProvenLeaf = z.infer<typeof provenLeaf>;

/** One row of a list, where it stands in it, and the event that closes the list. */
const provenRow = z.strictObject({
  row: z.json().transform((row): Json => row),
  index: count,
  path,
  closing: provenLeaf,
});
export type ProvenRow = z.infer<typeof provenRow>;

/** `content`: which one of the operation's pays. `released`: what let it go to its recipient, where that is not the plan. */
const provenPayment = z.strictObject({
  content: count,
  signed: provenLeaf,
  final: provenLeaf,
  released: provenLeaf.nullable(),
});

export const payoutProof = z.strictObject({
  proof: z.literal("taps/payout/1"),
  cycle: cycleNumber,
  delegator: address,
  /** Signed note over the log that all the leaves stand in. */
  checkpoint: z.string(),
  /** What the cycle's rewards came to; null: left out, or there is none. */
  allocation: provenRow.nullable(),
  /** What was to be paid; null: nothing was. */
  obligation: provenRow.nullable(),
  /** The operation that paid it; null: none of TAPS's did. */
  payment: provenPayment.nullable(),
});
export type PayoutProof = z.infer<typeof payoutProof>;

const consistencyProof = z.strictObject({
  proof: z.literal("taps/consistency/1"),
  older: z.string(),
  newer: z.string(),
  path,
});
export type ConsistencyProof = z.infer<typeof consistencyProof>;

export const proofFile = z.discriminatedUnion("proof", [payoutProof, consistencyProof]);
export type ProofFile = z.infer<typeof proofFile>;
