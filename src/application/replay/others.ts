// What belongs to no cycle once more: single transfers, CSV batches, settlements, reveals and delegations.
import { type StreamName, type TzAddress } from "../../domain/identifiers.js";
import * as Payment from "../../domain/payment/payment.js";
import { paymentIn, walletOf } from "../aggregates.js";
import { parseSigned } from "./batch.js";
import { type CycleSources, intervalsOf, listed } from "./cycle.js";
import { PaymentReplay } from "./payment.js";
import { planOfSettlement, planOfTransfers } from "./plans.js";
import { eventsOf, isOf, type LoggedOf } from "./reading.js";

/** What a wallet's stream names. */
export class WalletContents {
  /** Payments of their own that were asked for. */
  readonly payments = new Set<StreamName>();
  /** How many operations were signed for each payment. */
  readonly signed = new Map<string, number>();

  constructor(private readonly sources: CycleSources) {}

  /** Reads all of it; what pays nobody is held against its bytes. */
  async read(payer: TzAddress): Promise<void> {
    for await (const logged of eventsOf(this.sources.log, walletOf(payer))) {
      if (isOf(logged, "PaymentRequested")) {
        const stream = Payment.streamOfBatch(`${logged.event.data.payment}/`);
        if (stream && Payment.isBatchStream(stream)) this.payments.add(stream);
      }
      if (!isOf(logged, "OperationSigned")) continue;
      const { payment } = logged.event.data;
      if (payment === null) await this.checkSingle(payer, logged);
      else this.signed.set(payment, (this.signed.get(payment) ?? 0) + 1);
    }
  }

  private async checkSingle(payer: TzAddress, logged: LoggedOf<"OperationSigned">): Promise<void> {
    const { reader, findings } = this.sources;
    const { data } = logged.event;
    findings.counts.operations += 1;
    findings.same("signed operation: hash", reader.hash(data.bytes), data.hash, logged);
    const unsigned = await parseSigned(reader, logged, findings);
    const [content, ...more] = unsigned?.contents ?? [];
    if (unsigned === undefined || content === undefined) return;
    findings.same("signed operation: contents", 1, more.length + 1, logged);
    findings.same("signed operation: branch", unsigned.branch, data.branch, logged);
    const said = { kind: data.purpose, source: payer, counter: data.firstCounter };
    findings.sameFields("signed content", said, content, logged);
  }
}

export const replayOther = async (stream: StreamName, sources: CycleSources): Promise<PaymentReplay> => {
  const { log, ledger, wallet } = sources;
  const events = await listed(eventsOf(log, paymentIn(stream)));
  const [first] = events;
  const isSettlement = Payment.kindIn(stream) === "delegator";
  const taken = isSettlement && first ? await ledger.settlementOf(stream, first.position) : undefined;
  const plan = taken ? planOfSettlement(taken, sources) : planOfTransfers(sources);
  const payment = new PaymentReplay(stream, plan, await wallet.operationsIn(intervalsOf(events)), sources);
  for (const logged of events) await payment.follow(logged);
  return payment;
};
