// What a row was at a position of the log, made of the events that concern it by the projection that makes the row.
import { type z } from "zod";
import { obligationFrom } from "../application/arguments.js";
import { bakerOf, cycleOf, paymentIn, paymentOf, rewardOf } from "../application/aggregates.js";
import { type EventLog, type LoggedEvent } from "../application/ports/event-log.js";
import { type Position } from "../application/ports/event-store.js";
import { type Clock } from "../application/ports/system.js";
import { type Answer } from "../application/read-side/answer.js";
import { type Moment, NotYet, type Past } from "../application/read-side/past.js";
import { intervalsOf } from "../application/replay/cycle.js";
import { eventsOf, type Logged, logUpTo, type ReadLog } from "../application/replay/reading.js";
import { WalletReplay } from "../application/replay/wallet.js";
import { type Cycle, type StreamName, type TzAddress } from "../domain/identifiers.js";
import type * as Payment from "../domain/payment/payment.js";
import { type Places } from "./lag.js";
import { foldProjection } from "./memory-tables.js";
import { type Projection, type Row } from "./projection.js";
import { columnOf, type Stored } from "./queries/answer.js";
import { storedCycle } from "./queries/cycles.js";
import { storedPayment } from "./queries/payment.js";
import { storedSettings } from "./queries/settings.js";

export interface PastParts {
  readonly baker: TzAddress;
  readonly log: EventLog;
  readonly store: Pick<Places, "head" | "lastUpTo">;
  readonly clock: Clock;
  readonly projections: readonly Projection[];
}

/** What a row is found by, in the one table of its projection that is shown under the projection's name. */
interface Wanted {
  readonly model: string;
  readonly row: Row;
}

type Told<T> = { readonly value: T; readonly version: string } | undefined;

const shownAs = <S extends z.ZodObject, T>({ shape, shown }: Stored<S, T>, row: Row): Told<T> => {
  const named = Object.keys(shape.shape).map((name) => [name, row[columnOf(name)]] as const);
  return shown(shape.parse(Object.fromEntries(named)));
};

const fits = (wanted: Row, row: Row): boolean =>
  Object.entries(wanted).every(([column, value]) => row[column] === value);

/** The events of a stream that concern a row: of long lists, the parts with it. */
const chosen = async <E extends LoggedEvent>(
  events: AsyncIterable<E>,
  concerns: (logged: E) => boolean,
): Promise<readonly E[]> => {
  const found: E[] = [];
  for await (const logged of events) if (concerns(logged)) found.push(logged);
  return found;
};

/** Whether the projection makes anything of an event: most of a long list it passes over. */
const changing =
  ({ apply }: Projection) =>
  (logged: LoggedEvent): boolean =>
    apply(logged).length > 0;

const concernsObligation =
  (id: string) =>
  ({ event }: Logged<Payment.Event>): boolean => {
    switch (event.type) {
      case "ObligationsAdded":
        return event.data.rows.some((row) => row.id === id);
      case "BatchFormed":
        return event.data.items.some(({ obligation }) => obligation === id);
      case "BatchSettled":
        return event.data.results.some(({ obligation }) => obligation === id);
      default:
        return true;
    }
  };

const walletsOf = async (log: ReadLog, baker: TzAddress): Promise<readonly TzAddress[]> => {
  const payers = new Set<TzAddress>();
  for await (const { event } of eventsOf(log, bakerOf(baker)))
    if (event.type === "PayerSet") payers.add(event.data.payer);
  return [...payers];
};

/** What the wallets did with the batches that an obligation was in, between the forming and the end of each. */
const walletEvents = async (
  log: ReadLog,
  baker: TzAddress,
  payments: readonly Logged<Payment.Event>[],
): Promise<readonly LoggedEvent[]> => {
  const batches = payments.flatMap(({ event }) => (event.type === "BatchFormed" ? [event.data.batchId] : []));
  if (batches.length === 0) return [];
  const wallets = new WalletReplay(log, await walletsOf(log, baker));
  const operations = await wallets.operationsIn(intervalsOf(payments));
  return batches
    .flatMap((batch) => operations.ofBatch(batch))
    .flatMap(({ signed, fates }) => [signed, ...fates]);
};

/** Events of one obligation; `log`: as it was at the position. */
const eventsOfPayment = async (
  log: ReadLog,
  baker: TzAddress,
  { stream, id }: { readonly stream: StreamName; readonly id: string },
): Promise<readonly LoggedEvent[]> => {
  const payments = await chosen(eventsOf(log, paymentIn(stream)), concernsObligation(id));
  return [...payments, ...(await walletEvents(log, baker, payments))];
};

/** Events of one cycle: of its own three streams, and of the baker's where a person asks for it. */
const eventsOfCycle = async (
  log: ReadLog,
  baker: TzAddress,
  number: Cycle,
  concerns: (logged: LoggedEvent) => boolean,
): Promise<readonly LoggedEvent[]> => [
  ...(await chosen(eventsOf(log, cycleOf(baker, number)), concerns)),
  ...(await chosen(eventsOf(log, rewardOf(baker, number)), concerns)),
  ...(await chosen(eventsOf(log, paymentOf(baker, number)), concerns)),
  ...(await chosen(
    eventsOf(log, bakerOf(baker)),
    ({ event }) => event.type === "CyclePaymentRequested" && event.data.cycle === number,
  )),
];

export const pastOf = ({ baker, log, store, clock, projections }: PastParts): Past => {
  const positionOf = async (at: Moment): Promise<Position> => {
    if (at instanceof Date) {
      if (at > clock.now()) throw new NotYet(`${at.toISOString()} is still to come`);
      return store.lastUpTo(at);
    }
    const head = await store.head();
    if (at > head) throw new NotYet(`the log ends at position ${head}: there is no ${at} yet`);
    return at;
  };
  const projectionOf = (model: string): Projection => {
    const found = projections.find(({ name }) => name === model);
    if (found === undefined) throw new Error(`there is no projection ${model}`);
    return found;
  };
  const answer = async <S extends z.ZodObject, T>(
    at: Moment,
    stored: Stored<S, T>,
    { model, row: wanted }: Wanted,
    eventsIn: (log: ReadLog, concerns: (logged: LoggedEvent) => boolean) => Promise<readonly LoggedEvent[]>,
  ): Promise<Answer<T | undefined>> => {
    const position = await positionOf(at);
    const projection = projectionOf(model);
    const events = await eventsIn(logUpTo(log, position), changing(projection));
    const inOrder = events.toSorted((a, b) => (a.position < b.position ? -1 : 1));
    const row = foldProjection(projection, inOrder)[model]?.find((found) => fits(wanted, found));
    const told = row && shownAs(stored, row);
    return { value: undefined, ...told, position, pinned: false };
  };
  return {
    settings: (at) =>
      answer(at, storedSettings, { model: "settings", row: { baker } }, (then, concerns) =>
        chosen(eventsOf(then, bakerOf(baker)), concerns),
      ),
    cycle: (number, at) =>
      answer(at, storedCycle, { model: "cycles", row: { baker, cycle: number } }, (then, concerns) =>
        eventsOfCycle(then, baker, number, concerns),
      ),
    payment: (obligation, at) => {
      const named = obligationFrom(baker, obligation);
      return answer(at, storedPayment, { model: "payment", row: { obligation } }, async (then) =>
        named === undefined ? [] : eventsOfPayment(then, baker, named),
      );
    },
  };
};
