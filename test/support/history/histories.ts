// Random histories of one baker: what its payer does and what people do, decided by the real aggregates.
import fc from "fast-check";
import { cycleOf, paymentIn } from "../../../src/application/aggregates.js";
import { type LoggedEvent } from "../../../src/application/ports/event-log.js";
import * as Cycle from "../../../src/domain/cycle/cycle.js";
import { type StreamName } from "../../../src/domain/identifiers.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { BAKER } from "../payouts.js";
import { History, PEOPLE, pick } from "./history.js";
import { finish, pay } from "./moving.js";
import { type Act, ACTS } from "./people.js";
import { plan, reward } from "./planning.js";

/** One thing that happens, chosen by small numbers so that fast-check can shrink it. */
interface Step {
  readonly kind: keyof typeof ACTS | "pay";
  readonly a: number;
  readonly b: number;
}

/** A person has looked: the wallet signs again. */
const lift = (history: History, actor: string): boolean => {
  const { wallet } = history;
  const { pauses, foreign } = history.state(wallet);
  const resumed = pauses.map(({ reason }) => history.act(wallet, Wallet.resume({ reason, actor })));
  const said = foreign.map(({ hash }) =>
    history.act(wallet, Wallet.classify({ hash, pays: [], reason: "mine", actor })),
  );
  return [...resumed, ...said].some(Boolean);
};

const isDone = (history: History, stream: StreamName): boolean => {
  const cycle = Payment.cycleOfStream(stream);
  if (cycle !== undefined) return Cycle.isFinished(history.state(cycleOf(BAKER, cycle)));
  return history.state(paymentIn(stream)).completed !== undefined;
};

/** Whatever comes next for a payment. */
const advance = (history: History, stream: StreamName, { a, b }: Step): boolean => {
  const actor = pick(PEOPLE, b);
  const cycle = Payment.cycleOfStream(stream);
  if (cycle !== undefined) {
    const life = cycleOf(BAKER, cycle);
    if (b % 4 === 0 && history.act(life, Cycle.release({ actor }))) return true;
    if (reward(history, cycle, b) || plan(history, cycle, b)) return true;
  }
  const { approval, plan: planned } = history.state(paymentIn(stream));
  if (planned && approval && !approval.approvedBy && b % 2 === 0) {
    const approved = { planDigest: planned.digest, actor };
    if (history.act(paymentIn(stream), Payment.approve(approved))) return true;
  }
  return pay(history, stream, a, b) || finish(history, stream) || lift(history, actor);
};

/** The payer goes on for a while, mostly with what is oldest. */
const goOn = (history: History, choice: Step): void => {
  const payments = history.payments();
  const oldest = payments.find((stream) => !isDone(history, stream));
  const stream = choice.a % 4 === 0 || !oldest ? pick(payments, choice.b) : oldest;
  for (let n = 0; n <= choice.a % 3; n += 1)
    advance(history, stream, { ...choice, a: choice.a + n, b: choice.b + n });
};

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 3, arbitrary: fc.constant("pay" as const) },
    { weight: 2, arbitrary: fc.constantFrom(...(Object.keys(ACTS) as (keyof typeof ACTS)[])) },
  ),
  a: fc.nat(60),
  b: fc.nat(60),
});

/** What happened to a baker. */
export interface Told {
  readonly history: History;
  readonly events: readonly LoggedEvent[];
  /** How a failing one is shown: by its steps. */
  readonly [fc.toStringMethod]: () => string;
}

const tell = (happened: readonly Step[]): Told => {
  const history = new History();
  for (const one of happened) {
    const { kind, a, b } = one;
    if (kind === "pay") goOn(history, one);
    else {
      const act: Act = ACTS[kind];
      act(history, { a, b, actor: pick(PEOPLE, a + b) });
    }
  }
  return {
    history,
    events: history.log.events,
    [fc.toStringMethod]: () => happened.map(({ kind, a, b }) => `${kind} ${a} ${b}`).join(", "),
  };
};

/** Histories of up to so many steps. */
export const histories = (most: number): fc.Arbitrary<Told> =>
  fc.array(step, { minLength: Math.floor(most / 2), maxLength: most }).map(tell);
