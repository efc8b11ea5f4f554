// The wallet's owner, who sends by hand what TAPS is to pay, and says afterwards what it was.
import { paymentIn, walletOf } from "../../src/application/aggregates.js";
import { ActRefused, type Acts } from "../../src/application/commands/acts.js";
import { type Claim, classifyOperation } from "../../src/application/commands/classify.js";
import { type Address, asCycle, type StreamName } from "../../src/domain/identifiers.js";
import { isDelegators } from "../../src/domain/payment/events.js";
import * as Payment from "../../src/domain/payment/payment.js";
import type * as Wallet from "../../src/domain/wallet/wallet.js";
import { BAKER, operationOf, someTz } from "../support/chain-model.js";
import { operationOf as hashOf } from "../support/identifiers.js";
import { type Claims } from "../support/world/restores/person.js";
import { type World } from "../support/world/world.js";
import { otherPayments } from "./other-payments.js";

export type Gift = "what is due" | "less" | "more" | "to a stranger";
export const GIFTS: readonly [Gift, ...Gift[]] = ["what is due", "less", "more", "to a stranger"];

/** What was last planned for a delegator. */
const lastDue = (world: World, delegator: Address): bigint => {
  let due = 1_000_000n;
  for (const { event } of world.events()) {
    if (event.type !== "ObligationsAdded") continue;
    for (const row of event.data.rows) if (row.delegator === delegator) due = row.due;
  }
  return due;
};

const amountOf = (gift: Gift, due: bigint): bigint => {
  if (gift === "less") return due / 2n + 1n;
  return gift === "more" ? due + 1_000n : due;
};

/** In the next block, if no other operation of the wallet is in its way. */
export const sendByHand = (world: World, delegator: Address, gift: Gift): void => {
  const to = gift === "to a stranger" ? someTz("stranger") : delegator;
  const wishes = [{ to, amount: amountOf(gift, lastDue(world, delegator)) }];
  const operation = { ...operationOf(world.model, wishes), hash: hashOf(`by hand ${world.byHand.size}`) };
  if (world.model.inject(operation).accepted) world.byHand.add(operation.hash);
};

type Foreign = Wallet.State["foreign"][number];

/** Statuses of what a transfer by hand may have paid. */
const UNPAID: ReadonlySet<string> = new Set(["open", "batched", "held"]);

/** What it may have paid: the oldest cycle's first, then what is no cycle's. */
const paymentsOf = (world: World): readonly StreamName[] => {
  const running = world.model.cycleOf(world.model.head.level);
  const cycles = Array.from({ length: running + 1 }, (_, cycle) =>
    Payment.cycleStream(BAKER, asCycle(cycle)),
  );
  return [...cycles, ...otherPayments(world).keys()];
};

const claimsOf = async (world: World, acts: Acts, { contents }: Foreign): Promise<Claim[]> => {
  const claims: Claim[] = [];
  for (const [content, { destination, status, amount }] of contents.entries()) {
    if (status !== "applied" || amount === null) continue;
    for (const payment of paymentsOf(world)) {
      const { obligations } = (await acts.repository.load(paymentIn(payment))).state;
      const paid = [...obligations.values()].find(
        ({ id, recipient, status, due }) =>
          recipient === destination && UNPAID.has(status.at) && (isDelegators(id) || amount >= due),
      );
      if (!paid) continue;
      claims.push({ content, payment, obligation: paid.id });
      break;
    }
  }
  return claims;
};

/** What somebody has said before, and not come to write. */
const saidOf = ({ pays }: Foreign): Claim[] =>
  pays.flatMap(({ content, payment, obligation }) => {
    const stream = Payment.streamOfBatch(`${payment}/`);
    return stream === undefined ? [] : [{ content, payment: stream, obligation }];
  });

/**
 * Says of the first operation by hand that waits for it what it was. `pays`: that it paid what it may have paid. What
 * was said before is said again, or taken back where it can never be written.
 */
export const classifyByHand = async (
  world: World,
  acts: Acts,
  pays: boolean,
  known: Claims,
): Promise<void> => {
  const { foreign } = (await acts.repository.load(walletOf(world.payer))).state;
  const operation = foreign.find(({ hash }) => !known.has(hash));
  if (operation === undefined) return;
  const say = async (claims: readonly Claim[]): Promise<void> => {
    await classifyOperation(acts, operation.hash, claims, "the owner says so");
  };
  const said = saidOf(operation);
  if (said.length === 0) return say(pays ? await claimsOf(world, acts, operation) : []);
  await say(said).catch((error: unknown) => {
    if (!(error instanceof ActRefused)) throw error;
    return say([]);
  });
};
