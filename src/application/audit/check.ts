// Checks a proof with nothing but the file and the audit key's public half.
import { z } from "zod";
import { canonicalJson, leafHash } from "../../domain/digest.js";
import { type DomainEvent } from "../../domain/events.js";
import { type Cycle, type StreamName, type TzAddress, tzAddress } from "../../domain/identifiers.js";
import { obligation as obligationRow, obligationId } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import { type Checkpoint, checkpointFrom } from "../../domain/proof/checkpoint.js";
import { type LeafEvent, leafForm } from "../../domain/proof/leaf.js";
import { continues, includes } from "../../domain/proof/merkle.js";
import { checkNote, type VerifierKey } from "../../domain/proof/note.js";
import { type AllocatedRow, allocatedRow } from "../../domain/reward/events.js";
import * as Reward from "../../domain/reward/reward.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { type OperationCodec } from "../ports/chain.js";
import { type EventReading } from "../ports/event-reading.js";
import {
  type ConsistencyProof,
  type PayoutProof,
  proofFile,
  type ProofFile,
  type ProvenLeaf,
  type ProvenRow,
} from "./payout-proof.js";

/** The proof does not prove it; the message says what fails. */
export class ProofFails extends Error {
  override readonly name = "ProofFails";
}

export interface CheckerPorts {
  readonly key: VerifierKey;
  readonly reading: EventReading;
  readonly codec: OperationCodec;
}

const fail = (why: string): never => {
  throw new ProofFails(why);
};

/** A checkpoint under this key, of the log that the key is named after. */
const signedCheckpoint = (note: string, key: VerifierKey): Checkpoint => {
  const read = checkpointFrom(note) ?? fail("its checkpoint is none");
  if (checkNote(read.note, key) !== "signed") fail("its checkpoint is not signed by this key");
  if (read.checkpoint.origin !== key.name) fail("its checkpoint is another log's than the key's");
  return read.checkpoint;
};

const leafEvent = z.strictObject({
  stream: z.string(),
  revision: z.number(),
  id: z.string(),
  type: z.string(),
  schemaVersion: z.number(),
  data: z.string(),
  metadata: z.record(z.string(), z.json()),
});

const parseLeaf = (leaf: string): LeafEvent & { readonly stream: StreamName } => {
  try {
    const event = leafEvent.parse(JSON.parse(leaf));
    if (leafForm(event) === leaf) return { ...event, stream: event.stream as StreamName };
  } catch {
    // Said below.
  }
  return fail("a leaf is not an event's");
};

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>["data"];

/** Checks leaves against one checkpoint's root. */
class Leaves {
  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly reading: EventReading,
  ) {}

  /** The event of a leaf that stands in the log, in this stream. */
  event<T extends DomainEvent["type"]>(proven: ProvenLeaf, type: T, stream: (name: string) => boolean) {
    const { root, size } = this.checkpoint;
    const leaf = leafHash(proven.leaf);
    if (!includes(root, size, { ...proven, leaf })) fail(`${type}: the event does not stand in the log`);
    const recorded = parseLeaf(proven.leaf);
    if (!stream(recorded.stream)) fail(`${type}: the event is in the stream ${recorded.stream}`);
    const event = this.reading.decode(recorded);
    const isType = (data: DomainEvent): data is Extract<DomainEvent, { type: T }> => data.type === type;
    if (!isType(event)) return fail(`${type}: the event is ${event.type}`);
    return { stream: recorded.stream, data: event.data as Of<T> };
  }
}

/** That the row stands in the list that the event closes. */
const assertRow = (
  { row, index, path }: ProvenRow,
  { count, digest }: { readonly count: number; readonly digest: Checkpoint["root"] },
  name: string,
): void => {
  const leaf = leafHash(canonicalJson(row));
  if (!includes(digest, count, { index, leaf, path })) fail(`${name}: the row does not stand in the list`);
};

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
  const { contents } = await codec.parse(bytes.slice(0, -SIGNATURE_DIGITS));
  const content = contents[proof.content];
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

const checkPayout = async (
  proof: PayoutProof,
  { key, reading, codec }: CheckerPorts,
): Promise<PayoutShown> => {
  const checkpoint = signedCheckpoint(proof.checkpoint, key);
  const { cycle, delegator } = proof;
  const baker = bakerOf(checkpoint);
  const leaves = new Leaves(checkpoint, reading);
  const payments = Payment.cycleStream(baker, cycle);
  let digest: string | undefined;

  let allocation: PayoutShown["allocation"] = null;
  if (proof.allocation) {
    const stream = Reward.stream(baker, cycle);
    const { data } = leaves.event(proof.allocation.closing, "RewardsAllocated", (name) => name === stream);
    assertRow(proof.allocation, data, "allocation");
    const row = rowFrom(allocatedRow, proof.allocation, "allocation");
    if (row.delegator !== delegator) fail("the allocation is another delegator's");
    digest = data.resultDigest;
    const { gross, fee, feeBps, net, status, reason } = row;
    allocation = { gross, fee, feeBps, net, status, reason };
  }

  let obligation: PayoutShown["obligation"] = null;
  let isFeeOurs = false;
  if (proof.obligation) {
    const { data } = leaves.event(proof.obligation.closing, "PayoutPlanned", (name) => name === payments);
    assertRow(proof.obligation, data, "obligation");
    const row = rowFrom(obligationRow, proof.obligation, "obligation");
    if (row.delegator !== delegator) fail("the obligation is another delegator's");
    if (digest !== undefined && data.allocation !== digest) fail("the plan was made from another allocation");
    isFeeOurs = data.transactionFeePaidBy === "baker" && data.allocationFeePaidBy === "baker";
    obligation = { due: row.due, recipient: row.recipient, self: row.self };
  }

  const payment = proof.payment && (await checkPayment(leaves, proof.payment, payments, codec));
  if (payment && obligation) {
    const recipient = recipientSince(leaves, proof, payments) ?? obligation.recipient;
    if (payment.recipient !== recipient)
      fail(`it was sent to ${payment.recipient}, and ${recipient} is to be paid`);
    if (payment.sent > obligation.due || (isFeeOurs && payment.sent !== obligation.due))
      fail(`${payment.sent} mutez were sent, and ${obligation.due} were due`);
  } else if (payment) fail("it shows a payment of nothing that was due");
  const { origin: log, size } = checkpoint;
  return { log, size, baker, cycle, delegator, allocation, obligation, payment };
};

export interface ConsistencyShown {
  readonly log: string;
  readonly older: number;
  readonly newer: number;
}

const checkConsistency = (
  { older, newer, path }: ConsistencyProof,
  { key }: CheckerPorts,
): ConsistencyShown => {
  const [before, after] = [signedCheckpoint(older, key), signedCheckpoint(newer, key)];
  if (!continues(before, after, path)) fail("the newer checkpoint does not continue the older one");
  return { log: after.origin, older: before.size, newer: after.size };
};

/** What a file's text proves under this key. Throws `ProofFails`. */
export const checkProof = async (
  text: string,
  ports: CheckerPorts,
): Promise<PayoutShown | ConsistencyShown> => {
  const proof = readProof(text);
  return proof.proof === "taps/payout/1" ? checkPayout(proof, ports) : checkConsistency(proof, ports);
};

const readProof = (text: string): ProofFile => {
  try {
    return proofFile.parse(JSON.parse(text));
  } catch {
    return fail("the file is no proof of TAPS");
  }
};
