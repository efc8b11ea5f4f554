// What must hold after a restore.
import { ledgerOf, paymentOf } from "../../../../src/application/aggregates.js";
import { FINALITY } from "../../finality.js";
import { type DomainEvent } from "../../../../src/domain/events.js";
import { asCycle } from "../../../../src/domain/identifiers.js";
import { BAKER } from "../../chain-model.js";
import { dataOf } from "../events.js";
import { isSettled } from "../installation.js";
import { actsOf } from "../people.js";
import { type World } from "../world.js";
import { claimsIn, type Story, TTL } from "./story.js";

/** What tells of the restore: the witness's file was kept, the database is another one, or a person says so. */
export const EVIDENCE = ["file", "identity", "word"] as const;
/** Where operations are that no block has: in the mempool, elsewhere until the last block that takes them, or nowhere. */
export const PENDING = ["in the mempool", "late", "lost"] as const;

export interface Restore {
  readonly moment: Story["moments"][number];
  /** Events that are left of the log. */
  readonly length: number;
  readonly evidence: (typeof EVIDENCE)[number];
  readonly pending: (typeof PENDING)[number];
}

/** Whether the restore can be seen: what was injected is missing, the database is another one, or somebody says so. */
const isSeen = ({ moment, length, evidence }: Restore): boolean => {
  const types = moment.events.map(({ type }) => type);
  if (evidence === "file") return types.slice(length).includes("OperationSigned");
  return types.slice(0, length).includes(evidence === "word" ? "WalletAdopted" : "TermStarted");
};

/** Nothing was signed before the wait was over and everything explained; throws what was. */
export const checkWait = (
  world: World,
  restored: Restore,
  { restoredAt, resumedAt }: { readonly restoredAt: number; readonly resumedAt: number | undefined },
): void => {
  const since = world.events().slice(restored.length);
  const first = (type: DomainEvent["type"]) => since.findIndex(({ event }) => event.type === type);
  const paused = dataOf(world, "WalletPaused").filter(({ reason }) => reason === "restored");
  if (!isSeen(restored)) {
    if (paused.length > 0) throw new Error("paused for a restore that cannot be seen");
    return;
  }
  const [pause] = paused;
  if (paused.length !== 1 || pause?.untilLevel == null)
    throw new Error(`paused ${paused.length} times for a restore`);
  if (pause.untilLevel !== restoredAt + TTL + 1)
    throw new Error(`restored at ${restoredAt}, and paused until ${pause.untilLevel}`);
  const resumed = first("WalletResumed");
  const signed = first("OperationSigned");
  if (signed >= 0 && (resumed < 0 || signed < resumed)) throw new Error("signed before the restore was over");
  if (resumedAt !== undefined && resumedAt - FINALITY <= pause.untilLevel)
    throw new Error(`resumed at ${resumedAt}, before ${pause.untilLevel} was final`);
  const late = since.findLastIndex(({ event }) => event.type === "ForeignOperationFound");
  if (resumed >= 0 && late > resumed) throw new Error("an operation was found after the restore was over");
};

/** What everybody has on chain, in the ledger and held is what was allocated to them in the settled cycles. */
export const checkSums = async (world: World): Promise<void> => {
  const acts = actsOf(world);
  const sums = new Map<string, bigint>();
  const add = (who: string, amount: bigint) => sums.set(who, (sums.get(who) ?? 0n) + amount);
  const settled = Array.from({ length: 10 }, (_, n) => n).filter((cycle) => isSettled(world, cycle));
  for (const { stream, event } of world.events())
    if (
      event.type === "DelegatorRewardsAllocated" &&
      settled.some((cycle) => stream === `reward-${BAKER}_${cycle}`)
    )
      for (const { delegator, net } of event.data.rows) add(delegator, net);
  for (let level: number = world.model.head.level; level > 0; level -= 1)
    for (const { operation, results } of world.model.block(level)?.operations ?? [])
      operation.contents.forEach((content, i) => {
        if (content.kind === "transaction" && results[i]?.status === "applied")
          add(content.destination, 0n - content.amount);
      });
  const { state: ledger } = await acts.repository.load(ledgerOf(BAKER));
  if (ledger.take) throw new Error(`${ledger.take.payment} has taken the balances`);
  for (const [delegator, amount] of ledger.balances) add(delegator, 0n - amount);
  for (const cycle of settled)
    for (const { delegator, due, status } of (
      await acts.repository.load(paymentOf(BAKER, asCycle(cycle)))
    ).state.obligations.values())
      if (status.at === "held") add(delegator, 0n - due);
  for (const { address: who } of world.options.delegators) {
    const rest = sums.get(who) ?? 0n;
    if (rest !== 0n) throw new Error(`${who} is left with ${rest}`);
  }
};

/** Which payments of a cycle an operation of before the restore made, and one of after it too. */
export const checkOnce = (world: World, { moment }: Restore, claims: Story["claims"]): void => {
  const paid = new Set<string>();
  for (let level: number = world.model.head.level; level > 0; level -= 1)
    for (const { operation, results } of world.model.block(level)?.operations ?? []) {
      const own = claims.get(operation.hash) ?? claimsIn(world).get(operation.hash) ?? [];
      for (const { content, payment, obligation } of own) {
        if (results[content]?.status !== "applied") continue;
        const name = `${payment} ${obligation}`;
        if (paid.has(name)) throw new Error(`${name} is paid twice, after ${moment.name}`);
        paid.add(name);
      }
    }
};
