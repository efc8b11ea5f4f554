// A batch once more: its items against the plan, the signed bytes against its items, its end against the wallet's.
import { type Address } from "../../domain/identifiers.js";
import { type Mutez, mutez, sumOf } from "../../domain/money.js";
import { type BatchItem } from "../../domain/payment/events.js";
import * as Payment from "../../domain/payment/payment.js";
import { proves } from "../../domain/wallet/proof.js";
import { type Content, type OperationReader, type UnsignedOperation } from "../ports/chain.js";
import { settlementOf } from "../process/payer/settlement.js";
import { contentsDigest } from "../process/payer/sign.js";
import { type Findings } from "./findings.js";
import { isOf, type LoggedOf } from "./reading.js";
import { type Operations, type SignedOperation } from "./wallet.js";

/** Hexadecimal digits of a signature. */
const SIGNATURE_DIGITS = 128;

/** A final operation with what its bytes say. */
export interface FinalOperation extends SignedOperation {
  readonly final: LoggedOf<"OperationFinalised">;
  readonly contents: readonly Content[];
  /** Whom each content pays. */
  readonly delegators: readonly (Address | null)[];
}

/** What a batch sends, item by item. */
interface Sending {
  readonly obligation: string;
  readonly delegator: Address | null;
  readonly recipient: Address | undefined;
  readonly amount: Mutez;
}

interface Parsed {
  readonly operation: SignedOperation;
  /** Undefined: the bytes are no operation. */
  readonly unsigned: UnsignedOperation | undefined;
}

/** What signed bytes say; undefined, and a difference, where they are no operation. */
export const parseSigned = async (
  reader: OperationReader,
  signed: LoggedOf<"OperationSigned">,
  findings: Findings,
): Promise<UnsignedOperation | undefined> => {
  try {
    return await reader.parse(signed.event.data.bytes.slice(0, -SIGNATURE_DIGITS));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    findings.differ("signed bytes", "an operation", why, signed);
    return undefined;
  }
};

const transferIn = (parsed: Parsed | undefined, index: number) => {
  const content = parsed?.unsigned?.contents[index];
  return content?.kind === "transaction" ? content : undefined;
};

export class BatchReplay {
  /** Final operations in the order of the batches. */
  readonly final: FinalOperation[] = [];
  /** Signed operations that were followed. */
  signed = 0;

  constructor(
    private readonly reader: OperationReader,
    private readonly operations: Operations,
    private readonly findings: Findings,
  ) {}

  /** Answers the event as it should be: an item that does not add up is what the signed bytes make of it. */
  async formed(
    logged: LoggedOf<"BatchFormed">,
    payment: string,
    state: Payment.State,
  ): Promise<Payment.Event> {
    const { batchId, items } = logged.event.data;
    this.findings.counts.batches += 1;
    this.checkAllowed(logged, state);
    const parsed: Parsed[] = [];
    for (const operation of this.operations.ofBatch(batchId)) parsed.push(await this.parse(operation));
    const mended = items.map((item, i) =>
      this.checkItem(logged, item, state, transferIn(parsed[0], i)?.amount),
    );
    const sending = mended.map(({ obligation, sent }): Sending => {
      const { delegator = null, recipient } = state.obligations.get(obligation) ?? {};
      return { obligation, delegator, recipient, amount: sent };
    });
    for (const each of parsed) this.checkSigned(each, payment, sending);
    this.checkFates(parsed, sending);
    return { ...logged.event, data: { batchId, items: mended } };
  }

  /** Answers the event as it should be, by the results of the final operation. */
  settled(logged: LoggedOf<"BatchSettled">, state: Payment.State): Payment.Event {
    const { event } = logged;
    const { batchId } = event.data;
    const items = state.batches.get(batchId)?.items;
    const final = this.final.find(({ signed }) => signed.event.data.batchId === batchId);
    if (items === undefined || final === undefined) {
      this.findings.differ("settled batch", items ? "a final operation" : "a batch", null, logged);
      return event;
    }
    const { hash, contents } = final.final.event.data;
    // A fee is what was signed: that another was written down is said already.
    const results = contents.map((result, i) => ({ ...result, fee: final.contents[i]?.fee ?? result.fee }));
    const { results: outcomes, ...expected } = settlementOf(batchId, items, { hash, results });
    this.findings.sameFields("settled batch", expected, event.data, logged);
    this.findings.same("settled batch: results", outcomes.length, event.data.results.length, logged);
    outcomes.forEach((result, i) => {
      const found = event.data.results[i];
      const delegator = state.obligations.get(result.obligation)?.delegator ?? null;
      if (found)
        this.findings.sameFields("result", result, { error: undefined, ...found }, logged, delegator);
    });
    return { ...event, data: { ...expected, results: outcomes } };
  }

  dissolved(logged: LoggedOf<"BatchDissolved">): void {
    const { batchId } = logged.event.data;
    const alive = this.operations
      .ofBatch(batchId)
      .find(({ fates }) => !fates.some(({ event }) => event.type === "OperationProvenDead"));
    if (!this.operations.voided.has(batchId))
      this.findings.differ("dissolved batch", "a batch that the wallet has voided", batchId, logged);
    if (alive)
      this.findings.differ(
        "dissolved batch",
        "operations that are proven dead",
        alive.signed.event.data.hash,
        logged,
      );
  }

  private checkAllowed(logged: LoggedOf<"BatchFormed">, state: Payment.State): void {
    const { items } = logged.event.data;
    if (!state.plan) this.findings.differ("batch", "a plan", null, logged);
    if (Payment.awaitsApproval(state))
      this.findings.differ("batch", "an approved plan", "one that awaits approval", logged);
    const named = new Set(items.map(({ obligation }) => obligation));
    this.findings.same("batch: obligations", items.length, named.size, logged);
    const ceiling = state.plan?.ceilings?.operation;
    const sum = sumOf(items, ({ sent }) => sent);
    if (ceiling !== undefined && sum > ceiling && items.length > 1)
      this.findings.differ("batch: sum", `at most ${ceiling}`, sum, logged);
  }

  private checkItem(
    logged: LoggedOf<"BatchFormed">,
    item: BatchItem,
    state: Payment.State,
    signed: Mutez | undefined,
  ): BatchItem {
    const { findings } = this;
    const { obligation, sent, transactionFee, allocationFee } = item;
    const owed = state.obligations.get(obligation);
    if (owed === undefined) {
      findings.differ("batch item: obligation", "one of the plan", obligation, logged);
      return item;
    }
    const { delegator, due, status } = owed;
    findings.same("batch item: obligation", "open", status.at, logged, delegator);
    const fees = transactionFee + allocationFee;
    const charged = {
      "transaction fee": state.plan?.transactionFeePaidBy === "baker" ? transactionFee : 0n,
      "allocation fee": state.plan?.allocationFeePaidBy === "baker" ? allocationFee : 0n,
    };
    for (const [name, fee] of Object.entries(charged))
      findings.same(`batch item: ${name} that is the baker's`, 0n, fee, logged, delegator);
    if (findings.same("batch item: sent and fees", due, sent + fees, logged, delegator)) return item;
    return signed !== undefined && signed + fees === due ? { ...item, sent: mutez(signed) } : item;
  }

  private async parse(operation: SignedOperation): Promise<Parsed> {
    this.findings.counts.operations += 1;
    this.signed += 1;
    return { operation, unsigned: await parseSigned(this.reader, operation.signed, this.findings) };
  }

  /** The bytes pay exactly what the batch says, and are what the event says of them. */
  private checkSigned({ operation, unsigned }: Parsed, payment: string, sending: readonly Sending[]): void {
    const { findings } = this;
    const { signed, payer } = operation;
    const { data } = signed.event;
    findings.same("signed operation: payment", payment, data.payment, signed);
    findings.same("signed operation: hash", this.reader.hash(data.bytes), data.hash, signed);
    if (unsigned === undefined) return;
    const { branch, contents } = unsigned;
    const said = { branch, digest: contentsDigest(unsigned) };
    findings.sameFields("signed operation", said, data, signed);
    findings.same("signed operation: contents", sending.length, contents.length, signed);
    findings.same(
      "signed operation: last counter",
      data.firstCounter + BigInt(contents.length) - 1n,
      data.lastCounter,
      signed,
    );
    contents.forEach((content, i) => {
      const { delegator = null, recipient, amount } = sending[i] ?? {};
      const counter = data.firstCounter + BigInt(i);
      findings.sameFields(
        "signed content",
        { kind: "transaction", source: payer, counter },
        content,
        signed,
        delegator,
      );
      if (content.kind === "transaction")
        findings.sameFields("signed content", { destination: recipient, amount }, content, signed, delegator);
    });
  }

  /** One operation of a batch is final at most; each death is proven. */
  private checkFates(parsed: readonly Parsed[], sending: readonly Sending[]): void {
    const delegators = sending.map(({ delegator }) => delegator);
    const ended = parsed.filter(({ operation }) => operation.final !== undefined);
    for (const { operation } of ended.slice(1))
      this.findings.differ("final operation", "one of its batch", "another one", operation.final);
    for (const { operation, unsigned } of parsed) {
      const { final } = operation;
      if (final && unsigned) {
        const { contents } = unsigned;
        this.checkResults(final, contents, delegators);
        this.final.push({ ...operation, final, contents, delegators });
      }
      for (const fate of operation.fates)
        if (isOf(fate, "OperationProvenDead")) this.checkDeath(operation, fate);
    }
  }

  /** There is a result for each content, with the fee that was signed. */
  private checkResults(
    final: LoggedOf<"OperationFinalised">,
    contents: readonly Content[],
    delegators: readonly (Address | null)[],
  ): void {
    const results = final.event.data.contents;
    this.findings.same("final operation: results", contents.length, results.length, final);
    contents.forEach(({ fee }, i) => {
      const result = results[i];
      if (result) this.findings.same("final content: fee", fee, result.fee, final, delegators[i]);
    });
  }

  private checkDeath({ signed }: SignedOperation, death: LoggedOf<"OperationProvenDead">): void {
    const dead = { ...signed.event.data, included: null, refusals: [] };
    if (!proves(dead, death.event.data.proof))
      this.findings.differ("death of an operation", "a proof", "none", death);
  }
}
