// What must hold of all money in the end, beside what `checks` says of cycles.
import { FINALITY } from "../support/finality.js";
import { type OperationHash } from "../../src/domain/identifiers.js";
import { dataOf } from "../support/world/events.js";
import { type World } from "../support/world/world.js";
import { awaited } from "./approvals.js";
import { numberOfSomebody } from "./money.js";
import { cycleOfBond, otherPayments, settlements } from "./other-payments.js";
import { costsOf, type Standing, Standings } from "./judges/standings.js";

/** What is planned is not paid yet, or nobody has said so. */
const isOpen = ({ plan, isCompleted, fates }: Standing): boolean =>
  plan !== undefined &&
  (!isCompleted || [...fates.values()].some((fate) => fate === "open" || fate === "batched"));

/** Places among the rows of a plan of what is held. */
const heldIn = ({ rows, fates }: Standing): readonly number[] =>
  rows.flatMap(({ id }, owed) => (fates.get(id) === "held" ? [owed] : []));

/** How all that is no cycle's stands, with what only a person can let go. `cycles`: whose bond pools count. */
export const othersOf = (world: World, cycles: readonly number[]) => {
  const standings = Standings.of(world);
  const payments = [...otherPayments(world).keys()].reverse().map((payment, nth) => {
    const standing = standings.get(payment);
    return { payment, nth, isOpen: isOpen(standing), held: heldIn(standing) };
  });
  /** Who was taken out of the ledger, and whose payment nobody came to plan. */
  const unplanned = settlements(world)
    .filter(({ payment }) => standings.get(payment).plan === undefined)
    .map(({ delegator }) => numberOfSomebody(world, delegator));
  const counts = ({ payment }: { readonly payment: string }) => {
    const bond = cycleOfBond(payment);
    return bond === undefined || cycles.includes(bond);
  };
  const relevant = payments.filter(counts);
  const isDone = unplanned.length === 0 && relevant.every(({ isOpen, held }) => !isOpen && held.length === 0);
  return { payments: relevant, unplanned, awaited: [...awaited(world).keys()], isDone };
};

export type Others = ReturnType<typeof othersOf>;

/** Each of these is paid, by operations that are final. */
export const checkOthers = (world: World, { payments }: Others): void => {
  const standings = Standings.of(world);
  for (const { payment } of payments) {
    for (const [id, fate] of standings.get(payment).fates)
      if (fate !== "paid") throw new Error(`${payment}: ${id} is ${fate} in the end`);
  }
  const final = world.model.head.level - FINALITY;
  for (const { operation } of dataOf(world, "BatchSettled"))
    if ((world.model.blockOf(operation)?.level ?? Infinity) > final)
      throw new Error(`${operation} has settled a batch, and is not final`);
};

/** What was moved by operations that the log signed, by its own words: their batches' results, fees and burns. */
const spentByLog = (world: World): { readonly spent: bigint; readonly known: ReadonlySet<OperationHash> } => {
  const sent = new Map(
    dataOf(world, "BatchFormed").flatMap(({ batchId, items }) =>
      items.map(({ obligation, sent: amount }) => [`${batchId} ${obligation}`, amount as bigint] as const),
    ),
  );
  let spent = 0n;
  for (const { batchId, results } of dataOf(world, "BatchSettled"))
    for (const { obligation, result } of results)
      if (result === "paid") spent += sent.get(`${batchId} ${obligation}`) ?? 0n;
  const known = new Set<OperationHash>();
  for (const { hash, contents } of dataOf(world, "OperationFinalised")) {
    known.add(hash);
    for (const { fee, burn } of contents) spent += fee + burn;
  }
  return { spent, known };
};

/** The wallet holds what it had and was given, less what the log says and what it was used for by hand (I4). */
export const checkBalance = (world: World): void => {
  const { model, payer } = world;
  const { spent, known } = spentByLog(world);
  let expected = (model.genesis.accounts.find(({ address }) => address === payer)?.balance ?? 0n) - spent;
  for (let level: number = model.head.level; level > 0; level -= 1) {
    const { interventions = [], operations = [] } = model.block(level) ?? {};
    for (const change of interventions)
      if (change.kind === "credit" && change.address === payer) expected += change.amount;
    for (const { operation, results } of operations) {
      const isOwn = operation.contents[0]?.source === payer;
      if (!isOwn || known.has(operation.hash)) continue;
      expected -= costsOf(world, operation.hash);
      for (const [i, content] of operation.contents.entries())
        if (content.kind === "transaction" && results[i]?.status === "applied") expected -= content.amount;
    }
  }
  const found = model.account(payer)?.balance ?? 0n;
  if (found !== expected) throw new Error(`the wallet holds ${found}, and the log tells of ${expected}`);
};
