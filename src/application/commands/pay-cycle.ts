import * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import {
  type Address,
  type Cycle as CycleNumber,
  type OperationHash,
  type TzAddress,
} from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import * as Payment from "../../domain/payment/payment.js";
import { describeRefusal } from "../../domain/reward/refusals.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, ledgerOf } from "../aggregates.js";
import { type Head } from "../ports/chain.js";
import { type EventLog } from "../ports/event-log.js";
import { type RewardSource, SourceUnavailable } from "../ports/reward-source.js";
import { type PastTransfer, type TransferHistory } from "../ports/transfers.js";
import { inputsOf } from "../reward-reply.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** Where a cycle may show that it was paid by other means. */
export interface Evidence {
  readonly log: EventLog;
  readonly source: RewardSource;
  readonly transfers: TransferHistory;
}

export interface PaymentRequest {
  readonly written: boolean;
  readonly doubtful: readonly PastTransfer[];
  /** What it left owing was imported from another tool: it is owed already. */
  readonly imported: boolean;
  /** Why the cycle is held all the same: it is paid when that hold is released. */
  readonly held: string | null;
}

/**
 * A person's word that a cycle is to be paid; lifts the hold of cycles that were missed. A cycle that TAPS would not
 * pay by itself may have been paid by other means: if the wallet has sent anything to its delegators since its end that
 * this log does not explain, those transfers are answered, and without `confirmed` nothing is written; nor if what it
 * left owing was imported.
 */
export const payCycle = async (
  acts: Acts,
  cycle: CycleNumber,
  evidence: Evidence,
  confirmed: boolean,
): Promise<PaymentRequest> => {
  const baker = await ensureRegistered(acts);
  const payers = [baker.payer ?? refuseAct("no-payer"), ...baker.formerPayers];
  // Before the wallet is taken over, what is sent after this look would be seen by nobody.
  if (baker.mode !== "on") refuseAct("not-on", { mode: baker.mode });
  const head = await acts.chain.head();
  const { cycle: running } = head;
  const registered = baker.registered?.chainId ?? refuseAct("not-registered");
  if (head.chainId !== registered) refuseAct("other-chain", { registered, found: head.chainId });
  if (cycle > running) refuseAct("not-begun", { running });
  const life = cycleOf(acts.baker, cycle);
  if (Cycle.isFinished((await acts.repository.load(life)).state)) refuseAct("finished");
  const { state: ledger } = await acts.repository.load(ledgerOf(acts.baker));
  const mayBePaid = !Baker.pays(baker, cycle);
  const imported = mayBePaid && Ledger.isImported(cycle)(ledger);
  const doubtful = mayBePaid ? await unexplained(acts, cycle, head, baker, payers, evidence) : [];
  if (doubtful.length > 0 && !confirmed) return { written: false, doubtful, imported, held: null };
  if (imported && !confirmed) refuseAct("imported");
  await act(acts, bakerOf(acts.baker), Baker.requestPayment({ cycle, actor: acts.actor }));
  if ((await acts.repository.load(life)).state.held)
    await act(acts, life, Cycle.release({ actor: acts.actor, only: "missed-cycles" }));
  const { held } = (await acts.repository.load(life)).state;
  return { written: true, doubtful, imported, held: held?.detail ?? null };
};

/** An index that is further behind the node may not show yet what was sent a moment ago. */
const MOST_BLOCKS_BEHIND = 5;

/** Throws `SourceUnavailable`. */
const assertShowsAll = async (source: RewardSource, head: Head): Promise<void> => {
  const { chainId, level } = await source.head();
  if (chainId !== head.chainId) throw new SourceUnavailable(`TzKT shows another chain (${chainId})`);
  if (level < head.level - MOST_BLOCKS_BEHIND)
    throw new SourceUnavailable(`TzKT is at block ${level}, the node at ${head.level}: try again later`);
};

/**
 * What the wallet, or one that paid before, sent to the cycle's delegators after its end, other than what this log owed
 * them: also what a person has let it send (`transfer`, `batch`) may have been this cycle's payment.
 */
const unexplained = async (
  { baker, chain }: Acts,
  cycle: CycleNumber,
  head: Head,
  { terms }: Baker.State,
  payers: readonly TzAddress[],
  { log, source, transfers }: Evidence,
): Promise<readonly PastTransfer[]> => {
  await assertShowsAll(source, head);
  const read = inputsOf(cycle, await source.split(baker, cycle));
  if ("refused" in read)
    return refuseAct("inputs-refused", { why: read.refused.map(describeRefusal).join("; ") });
  const receivers = new Set<Address>();
  for (const { delegator } of read.inputs.rows) {
    receivers.add(delegator);
    receivers.add(terms.get(delegator)?.recipient ?? delegator);
  }
  const { last } = await chain.cycleLevels(cycle);
  const found = await Promise.all(
    payers.map(async (payer) => {
      const sent = await transfers.sentAfter(payer, last);
      const candidates = sent.filter(({ target }) => receivers.has(target));
      const own = candidates.length > 0 ? await ownOperations(log, payer) : new Set<OperationHash>();
      return candidates.filter(({ hash }) => !own.has(hash));
    }),
  );
  return found.flat();
};

const ownOperations = async (log: EventLog, payer: TzAddress): Promise<ReadonlySet<OperationHash>> => {
  const hashes = new Set<OperationHash>();
  for await (const { event } of log.read(Wallet.stream(payer))) {
    if (event.type === "OperationSigned" && !Payment.isOwnWord(event.data.payment ?? ""))
      hashes.add(event.data.hash);
  }
  return hashes;
};
