// Follows one delegator's payout from the rows to the operation, by what stands in the log.
import { type z } from "zod";
import { type Cycle, type TzAddress, tzAddress } from "../../domain/identifiers.js";
import { obligation as obligationRow, obligationId } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import { type Checkpoint } from "../../domain/proof/checkpoint.js";
import { type AllocatedRow, allocatedRow } from "../../domain/reward/events.js";
import * as Reward from "../../domain/reward/reward.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { type Content, type OperationCodec } from "../ports/chain.js";
import { assertRow, fail, type Leaves } from "./leaves.js";
import { type PayoutProof, type ProvenRow } from "./payout-proof.js";

/** What a payout's proof shows. Amounts in mutez. */
export interface PayoutShown {
  readonly log: string;
  readonly size: number;
  readonly baker: TzAddress;
  readonly cycle: Cycle;
  readonly delegator: string;
  readonly allocation: Pick<AllocatedRow, "gross" | "fee" | "feeBps" | "net" | "status" | "reason"> | null;
  readonly obligation: { readonly due: bigint; readonly recipient: string; readonly self: boolean } | null;
  readonly payment: {
    readonly operation: string;
    readonly content: number;
    readonly recipient: string;
    readonly sent: bigint;
    readonly block: string;
    readonly level: number;
  } | null;
}

const rowFrom = <T>(schema: z.ZodType<T>, { row }: ProvenRow, name: string): T => {
  const read = schema.safeParse(row);
  return read.success ? read.data : fail(`${name}: the row is none`);
};

const bakerOf = ({ origin }: Checkpoint): TzAddress =>
  tzAddress.safeParse(origin.split("/").at(-1)).data ?? fail("the log's name names no baker");

const SIGNATURE_DIGITS = 128;

const contentsOf = async (bytes: string, codec: OperationCodec): Promise<readonly Content[]> => {
  try {
    return (await codec.parse(bytes.slice(0, -SIGNATURE_DIGITS))).contents;
  } catch {
    return fail("the operation's bytes are none that TAPS signs");
  }
};

/** The transfer that the signed bytes make, and that it was applied. */
const checkPayment = async (
  leaves: Leaves,
  proof: NonNullable<PayoutProof["payment"]>,
  paymentStream: string,
  codec: OperationCodec,
) => {
  const isWallet = (name: string) => name.startsWith("wallet-");
  const signed = leaves.event(proof.signed, "OperationSigned", isWallet);
  const { bytes, hash, payment } = signed.data;
  if (payment !== paymentStream) fail(`the operation pays ${payment}`);
  if (codec.hash(bytes) !== hash) fail("the operation's hash is not that of its bytes");
  const content = (await contentsOf(bytes, codec))[proof.content];
  if (content?.kind !== "transaction") return fail("the operation's content is no transfer");
  if (signed.stream !== Wallet.stream(content.source)) fail("the operation is another wallet's");
  const final = leaves.event(proof.final, "OperationFinalised", (name) => name === signed.stream);
  if (final.data.hash !== hash) fail("another operation is final");
  if (final.data.contents[proof.content]?.status !== "applied") fail("the transfer was not applied");
  const { block, level } = final.data;
  return {
    ...{ operation: hash, content: proof.content, block, level },
    ...{ recipient: content.destination, sent: content.amount },
  };
};

/** Where a release says that it is sent; undefined: none does. */
const recipientSince = (
  leaves: Leaves,
  { payment, delegator }: PayoutProof,
  stream: string,
): string | undefined => {
  if (!payment?.released) return undefined;
  const { data } = leaves.event(payment.released, "ObligationReleased", (name) => name === stream);
  if (data.obligation !== obligationId("delegator", delegator)) fail("another obligation was released");
  return data.recipient;
};

/** The delegator's row of the allocation, and the digest that a plan names it by. */
const allocationIn = (
  leaves: Leaves,
  proven: ProvenRow,
  { delegator, cycle }: PayoutProof,
  baker: TzAddress,
) => {
  const stream = Reward.stream(baker, cycle);
  const { data } = leaves.event(proven.closing, "RewardsAllocated", (name) => name === stream);
  assertRow(proven, data, "allocation");
  const row = rowFrom(allocatedRow, proven, "allocation");
  if (row.delegator !== delegator) fail("the allocation is another delegator's");
  const { gross, fee, feeBps, net, status, reason } = row;
  return { digest: data.resultDigest, shown: { gross, fee, feeBps, net, status, reason } };
};

/** The delegator's row of the plan, the allocation that it was made from, and whether nothing may be taken off it. */
const obligationIn = (leaves: Leaves, proven: ProvenRow, { delegator }: PayoutProof, stream: string) => {
  const { data } = leaves.event(proven.closing, "PayoutPlanned", (name) => name === stream);
  assertRow(proven, data, "obligation");
  const { due, recipient, self, ...row } = rowFrom(obligationRow, proven, "obligation");
  if (row.delegator !== delegator) fail("the obligation is another delegator's");
  const isWhole = data.transactionFeePaidBy === "baker" && data.allocationFeePaidBy === "baker";
  return { allocation: data.allocation, isWhole, shown: { due, recipient, self } };
};

/** Follows the proof's parts, each by the one before. Throws `ProofFails`. */
export const checkPayout = async (
  proof: PayoutProof,
  checkpoint: Checkpoint,
  leaves: Leaves,
  codec: OperationCodec,
): Promise<PayoutShown> => {
  const { cycle, delegator } = proof;
  const baker = bakerOf(checkpoint);
  const payments = Payment.cycleStream(baker, cycle);
  const allocated = proof.allocation && allocationIn(leaves, proof.allocation, proof, baker);
  const planned = proof.obligation && obligationIn(leaves, proof.obligation, proof, payments);
  if (allocated && planned && allocated.digest !== planned.allocation)
    fail("the plan was made from another allocation");
  const payment = proof.payment && (await checkPayment(leaves, proof.payment, payments, codec));
  if (payment) {
    const { shown, isWhole } = planned ?? fail("it shows a payment of nothing that was due");
    const recipient = recipientSince(leaves, proof, payments) ?? shown.recipient;
    if (payment.recipient !== recipient)
      fail(`it was sent to ${payment.recipient}, and ${recipient} is to be paid`);
    if (payment.sent > shown.due || (isWhole && payment.sent !== shown.due))
      fail(`${payment.sent} mutez were sent, and ${shown.due} were due`);
  }
  const { origin: log, size } = checkpoint;
  const parts = { allocation: allocated?.shown ?? null, obligation: planned?.shown ?? null, payment };
  return { log, size, baker, cycle, delegator, ...parts };
};
