// What was known at an earlier moment, as the log tells it: no read model has to stand there.
import { type Cycle } from "../../domain/identifiers.js";
import { type Position } from "../ports/event-store.js";
import { type Answer } from "./answer.js";
import { type CycleRow } from "./cycles.js";
import { type PaymentRow } from "./payment.js";
import { type Settings } from "./settings.js";

/** A position of the log, or the last one recorded at or before a time by the store's clock. */
export type Moment = Position | Date;

/** The log has not come to that moment yet: what it will say then is not known. */
export class NotYet extends Error {
  override readonly name = "NotYet";
}

type Found<Row> = Promise<Answer<Row | undefined>>;

/** Each answer is what the read side's is when its read model stands at that position. All throw `NotYet`. */
export interface Past {
  settings(at: Moment): Found<Settings>;
  cycle(number: Cycle, at: Moment): Found<CycleRow>;
  /** By its name `<payout>/<id>`. */
  payment(obligation: string, at: Moment): Found<PaymentRow>;
}
