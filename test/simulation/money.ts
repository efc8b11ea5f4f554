// Money that people send beside what cycles owe, and what they say of the ledger.
import { type Acts } from "../../src/application/commands/acts.js";
import { adjustBalance } from "../../src/application/commands/ledger.js";
import { delegateWallet, resumePayment, sendTransfers } from "../../src/application/commands/money.js";
import { holdOther, releaseOther } from "../../src/application/commands/other-payments.js";
import { settleDelegator } from "../../src/application/commands/settle.js";
import { readTransferFile } from "../../src/application/transfer-file.js";
import { type Address, type StreamName } from "../../src/domain/identifiers.js";
import { type AdjustmentReason } from "../../src/domain/ledger/ledger.js";
import { mutez } from "../../src/domain/money.js";
import * as Payment from "../../src/domain/payment/payment.js";
import { type TransferRow } from "../../src/domain/payment/transfers.js";
import { BAKER, someTz } from "../support/chain-model.js";
import { addressOf } from "../support/rewards.js";
import { dataOf } from "../support/world/events.js";
import { type Claims } from "../support/world/restores/person.js";
import { type World } from "../support/world/world.js";
import { type Chance } from "./chance.js";
import { otherPayments } from "./other-payments.js";

export type MoneyAct =
  /** The same receivers and amounts each time that an id is asked for; `otherwise`: others. */
  | { readonly act: "transfer"; readonly id: number; readonly otherwise: boolean }
  | { readonly act: "batch"; readonly file: number }
  /** `nth` of the payments that are no cycle's, the newest first. */
  | { readonly act: "resume-payment"; readonly nth: number }
  | { readonly act: "hold-other" | "release-other"; readonly nth: number; readonly owed: number }
  | { readonly act: "delegate"; readonly id: number; readonly to: "baker" | "nobody" | "no baker" }
  /** The same each time that a reference is named; `otherwise`: another amount. */
  | {
      readonly act: "adjust";
      readonly reference: number;
      readonly otherwise: boolean;
      readonly allowNegative: boolean;
    }
  | { readonly act: "settle"; readonly delegator: number; readonly elsewhere: boolean };

/** Ids, files and references are few, so that they come again. */
const NAMES = 6;
/** People the ledger knows who are in no cycle any more. */
const LEAVERS = 2;
/** Delegations asked for have an id each, as the command line gives them. */
const DELEGATIONS = 1_000_000;

const NEWEST = [0, 0, 0, 1, 1, 2, 3, 5] as const;

export const drawMoneyAct = (act: MoneyAct["act"], chance: Chance, delegators: number): MoneyAct => {
  switch (act) {
    case "transfer":
      return { act, id: chance.below(NAMES), otherwise: chance.happens(0.15) };
    case "batch":
      return { act, file: chance.below(NAMES) };
    case "resume-payment":
      return { act, nth: chance.oneOf(NEWEST) };
    case "hold-other":
    case "release-other":
      return { act, nth: chance.oneOf(NEWEST), owed: chance.below(4) };
    case "delegate":
      return { act, id: chance.below(DELEGATIONS), to: chance.oneOf(["baker", "nobody", "no baker"]) };
    case "adjust":
      return {
        act,
        reference: chance.below(2 * NAMES),
        otherwise: chance.happens(0.15),
        allowNegative: chance.happens(0.5),
      };
    case "settle":
      return {
        act,
        delegator: chance.happens(0.6) ? delegators + chance.below(LEAVERS) : chance.below(delegators),
        elsewhere: chance.happens(0.2),
      };
  }
};

/** Accounts that are nobody's receivers else: the chain alone shows how often each was paid. */
const RECEIVERS = 2_000;
const receiver = (payment: number, n: number): Address => addressOf(RECEIVERS + 10 * payment + n);
export const isOnceOnly = (() => {
  const all = new Set(
    Array.from({ length: 2 * NAMES * 10 }, (_, n) => receiver(Math.floor(n / 10), n % 10) as string),
  );
  return (address: string): boolean => all.has(address);
})();

/** What is asked for under an id. */
interface Sent {
  readonly id: string;
  readonly rows: readonly TransferRow[];
}

const rentOf = (id: number): string => `rent.${id}`;

const transferOf = (id: number, otherwise: boolean): readonly TransferRow[] => [
  { to: receiver(id, 0), amount: mutez(1_000_000n + 10_000n * BigInt(id) + (otherwise ? 1n : 0n)) },
];

/** Some receivers of the file's own, a delegator, and a contract that may change its mind. */
const fileOf = (world: World, file: number): Buffer => {
  const { delegators } = world.options;
  const own = Array.from({ length: 1 + (file % 4) }, (_, n) => receiver(NAMES + file, n));
  const others = [
    world.delegator(file % 2),
    ...(file % 2 === 0 ? [world.delegator(delegators.length - 1)] : []),
  ];
  const lines = [...own, ...others].map((to, n) => `${to},0.${file + 1}0${n}`);
  return Buffer.from(["address,tez", ...lines, ""].join("\n"));
};

const readFile = (bytes: Buffer): Sent => {
  const file = readTransferFile(bytes);
  if ("problems" in file) throw new Error(file.problems.join());
  return { id: file.digest, rows: file.rows };
};

/** All that people ever send, by payment. */
const allSent = (world: World): ReadonlyMap<StreamName, Sent> => {
  const rents = Array.from({ length: NAMES }, (_, id) => ({ id: rentOf(id), rows: transferOf(id, false) }));
  const files = Array.from({ length: NAMES }, (_, file) => readFile(fileOf(world, file)));
  return new Map([...rents, ...files].map((sent) => [Payment.batchStream(BAKER, sent.id), sent]));
};

/**
 * What operations were to pay that this log does not know is asked for here too, as it was: only so can a person say
 * that they paid it.
 */
export const askAgain = async (world: World, acts: Acts, claims: Claims): Promise<void> => {
  const lost = new Set([...claims.values()].flat().map(({ payment }) => payment));
  for (const [payment, { id, rows }] of allSent(world))
    if (lost.has(payment) && !otherPayments(world).has(payment)) await sendTransfers(acts, id, rows);
};

/** The n-th delegator, or somebody who has left. */
const somebody = (world: World, n: number): Address => {
  const { length } = world.options.delegators;
  return n < length ? world.delegator(n) : addressOf(RECEIVERS - 1 - n);
};

/** Which of them this is. */
export const numberOfSomebody = (world: World, address: Address): number => {
  const all = Array.from({ length: world.options.delegators.length + LEAVERS }, (_, n) => somebody(world, n));
  return all.indexOf(address);
};

const AMOUNTS = [2_000_000n, -500_000n, 5_000_000n, -3_000_000n, 400_000n, 1_500_000n, -9_000_000n] as const;
const TAKING_OFF: readonly AdjustmentReason[] = ["slashing", "overpaid", "correction"];

const adjustmentOf = (world: World, reference: number, otherwise: boolean) => {
  const amount = mutez((AMOUNTS[reference % AMOUNTS.length] ?? 1n) + (otherwise ? 7n : 0n));
  const { length } = world.options.delegators;
  const hasLeft = amount > 0n && reference % 3 !== 0;
  return {
    delegator: somebody(world, hasLeft ? length + (reference % LEAVERS) : (reference * 3) % length),
    amount,
    reason: amount > 0n ? ("correction" as const) : (TAKING_OFF[reference % TAKING_OFF.length] ?? "slashing"),
    reference: `case ${reference}`,
  };
};

/** What was said to be done stands in the log, once, as it was asked for. */
const mustStand = (found: readonly unknown[], what: string): void => {
  if (found.length !== 1) throw new Error(`${what} was done, and stands ${found.length} times in the log`);
};

const send = async (world: World, acts: Acts, { id, rows }: Sent): Promise<void> => {
  const { restores } = world;
  const { payment } = await sendTransfers(acts, id, rows);
  // What stood there is lost with the rest.
  if (world.restores > restores) return;
  const asked = rows.map(({ to, amount }) => `${to} ${amount}`).join();
  const planned = [...otherPayments(world)].filter(
    ([stream, owed]) =>
      stream === payment && owed.map(({ delegator, due }) => `${delegator} ${due}`).join() === asked,
  );
  mustStand(planned, `transfer ${id} of ${asked}`);
};

const adjust = async (
  world: World,
  acts: Acts,
  { reference: n, otherwise, allowNegative }: Extract<MoneyAct, { act: "adjust" }>,
): Promise<void> => {
  const adjustment = adjustmentOf(world, n, otherwise);
  await adjustBalance(acts, { ...adjustment, allowNegative });
  const { reference, amount } = adjustment;
  const found = dataOf(world, "AdjustmentRecorded").filter((event) => event.reference === reference);
  mustStand(
    found.filter((event) => event.amount === amount),
    `adjustment ${reference} of ${amount}`,
  );
};

const onOther = async (
  world: World,
  nth: number,
  owed: number,
  act: (payment: StreamName, owed: Address) => Promise<void>,
): Promise<void> => {
  const payments = [...otherPayments(world)].reverse();
  const [payment, rows] = payments[nth % payments.length] ?? [];
  const row = rows?.[owed % rows.length];
  if (payment !== undefined && row !== undefined) await act(payment, row.delegator);
};

/** What was let go is asked for afterwards. */
const release = async (world: World, acts: Acts, payment: StreamName, owed: Address): Promise<void> => {
  await releaseOther(acts, payment, owed);
  const facts = world.events();
  const released = facts.findLastIndex(
    ({ stream, event }) => stream === payment && event.type === "ObligationReleased",
  );
  const asked = facts.findLastIndex(
    ({ event }) => event.type === "PaymentRequested" && event.data.payment === payment,
  );
  if (asked < released) throw new Error(`${payment} is released, and nobody asks for it`);
};

const DELEGATES = { baker: BAKER, nobody: null, "no baker": someTz("no baker") } as const;

export const carryOutMoney = async (world: World, acts: Acts, what: MoneyAct): Promise<unknown> => {
  switch (what.act) {
    case "transfer":
      return send(world, acts, { id: rentOf(what.id), rows: transferOf(what.id, what.otherwise) });
    case "batch":
      return send(world, acts, readFile(fileOf(world, what.file)));
    case "resume-payment":
      return onOther(world, what.nth, 0, (payment) => resumePayment(acts, payment));
    case "hold-other":
      return onOther(world, what.nth, what.owed, (payment, owed) =>
        holdOther(acts, payment, owed, "looks odd"),
      );
    case "release-other":
      return onOther(world, what.nth, what.owed, (payment, owed) => release(world, acts, payment, owed));
    case "delegate":
      return delegateWallet(acts, String(what.id), DELEGATES[what.to]);
    case "adjust":
      return adjust(world, acts, what);
    case "settle": {
      const delegator = somebody(world, what.delegator);
      const to = what.elsewhere ? addressOf(RECEIVERS - 100 - what.delegator) : undefined;
      return settleDelegator(acts, delegator, { to, reason: "has left" });
    }
  }
};
