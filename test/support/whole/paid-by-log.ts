// What the log says of payments and terms, folded as its events come in.
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { type Standing } from "../../../src/domain/payment/obligations.js";
import * as Payment from "../../../src/domain/payment/payment.js";

const paymentTypes = new Set<string>(Payment.Event.options.map((option) => option.shape.type.value));
const isPayment = (event: DomainEvent): event is Payment.Event => paymentTypes.has(event.type);

export class PaidByLog {
  private readonly payments = new Map<string, Payment.State>();
  private folded = 0;

  /** `events`: all of the log, growing. */
  constructor(private readonly events: readonly LoggedEvent[]) {}

  /** Obligations of a payment stream, in the plan's order. */
  obligations(stream: string): readonly Standing[] {
    this.fold();
    return [...(this.payments.get(stream) ?? Payment.initial).obligations.values()];
  }

  /** All that left the wallet: what was sent in payments that are final, fees and burns. */
  spent(): bigint {
    this.fold();
    let spent = 0n;
    for (const { obligations } of this.payments.values()) {
      for (const { status } of obligations.values())
        if (status.at === "paid" && status.operation !== null) spent += status.sent;
    }
    for (const { event } of this.events) {
      if (event.type !== "OperationFinalised") continue;
      for (const { fee, burn } of event.data.contents) spent += fee + burn;
    }
    return spent;
  }

  private fold(): void {
    for (const { stream, event } of this.events.slice(this.folded)) {
      this.folded += 1;
      if (!isPayment(event)) continue;
      this.payments.set(stream, Payment.evolve(this.payments.get(stream) ?? Payment.initial, event));
    }
  }
}

/** Operations whose token is not that of the term in which they stand, and terms that do not rise. */
export const staleSignings = (events: readonly LoggedEvent[]): readonly string[] => {
  let token = 0n;
  return events.flatMap(({ event }) => {
    if (event.type === "OperationSigned" && event.data.token !== token) return [event.data.hash];
    if (event.type !== "TermStarted") return [];
    const rises = event.data.token > token;
    ({ token } = event.data);
    return rises ? [] : [`term ${token}`];
  });
};
