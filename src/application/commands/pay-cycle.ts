import * as Baker from "../../domain/baker/baker.js";
import * as Cycle from "../../domain/cycle/cycle.js";
import {
  type Address,
  type Cycle as CycleNumber,
  type OperationHash,
  type TzAddress,
} from "../../domain/identifiers.js";
import { describeRefusal } from "../../domain/reward/refusals.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, cycleOf } from "../aggregates.js";
import { type EventLog } from "../ports/event-log.js";
import { type RewardSource, SourceUnavailable } from "../ports/reward-source.js";
import { type PastTransfer, type TransferHistory } from "../ports/transfers.js";
import { inputsOf } from "../reward-reply.js";
import { act, type Acts, refuseAct } from "./acts.js";
import { releaseCycle } from "./cycles.js";
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
  /** Why a person holds the cycle: it is paid when that hold is released. */
  readonly held: string | null;
}

/**
 * A person's word that a cycle is to be paid; lifts the hold of cycles that were missed. A cycle that ended before
 * the switch to *on* may have been paid by other means: if the wallet has sent anything to its delegators since that
 * this log does not explain, those transfers are answered, and without `confirmed` nothing is written.
 */
export const payCycle = async (
  acts: Acts,
  cycle: CycleNumber,
  evidence: Evidence,
  confirmed: boolean,
): Promise<PaymentRequest> => {
  const baker = await ensureRegistered(acts);
  const payer = baker.payer ?? refuseAct("no-payer");
  // Before the wallet is taken over, what is sent after this look would be seen by nobody.
  if (baker.mode !== "on") refuseAct("not-on", { mode: baker.mode });
  const { cycle: running, chainId: found } = await acts.chain.head();
  const registered = baker.registered?.chainId ?? refuseAct("not-registered");
  if (found !== registered) refuseAct("other-chain", { registered, found });
  if (cycle > running) refuseAct("not-begun", { running });
  const life = cycleOf(acts.baker, cycle);
  if (Cycle.isFinished((await acts.repository.load(life)).state)) refuseAct("finished");
  const mayBePaid = !Baker.pays(baker, cycle) && cycle < (baker.onSince ?? running + 1);
  const doubtful = mayBePaid ? await unexplained(acts, cycle, baker, payer, evidence) : [];
  if (doubtful.length > 0 && !confirmed) return { written: false, doubtful, held: null };
  await act(acts, bakerOf(acts.baker), Baker.requestPayment({ cycle, actor: acts.actor }));
  const { held } = (await acts.repository.load(life)).state;
  if (held?.reason === "missed-cycles") await releaseCycle(acts, cycle);
  return { written: true, doubtful, held: held?.reason === "person" ? held.detail : null };
};

/** What the wallet sent to the cycle's delegators after its end, other than by operations of this log. */
const unexplained = async (
  { baker, chain }: Acts,
  cycle: CycleNumber,
  { registered, terms }: Baker.State,
  payer: TzAddress,
  { log, source, transfers }: Evidence,
): Promise<readonly PastTransfer[]> => {
  const { chainId } = await source.head();
  if (chainId !== registered?.chainId) throw new SourceUnavailable(`TzKT shows another chain (${chainId})`);
  const read = inputsOf(cycle, await source.split(baker, cycle));
  if ("refused" in read)
    return refuseAct("inputs-refused", { why: read.refused.map(describeRefusal).join("; ") });
  const receivers = new Set<Address>();
  for (const { delegator } of read.inputs.rows) {
    receivers.add(delegator);
    receivers.add(terms.get(delegator)?.recipient ?? delegator);
  }
  const { last } = await chain.cycleLevels(cycle);
  const sent = await transfers.sentAfter(payer, last);
  const candidates = sent.filter(({ target }) => receivers.has(target));
  const own = candidates.length > 0 ? await ownOperations(log, payer) : new Set<OperationHash>();
  return candidates.filter(({ hash }) => !own.has(hash));
};

const ownOperations = async (log: EventLog, payer: TzAddress): Promise<ReadonlySet<OperationHash>> => {
  const hashes = new Set<OperationHash>();
  for await (const { event } of log.read(Wallet.stream(payer))) {
    if (event.type === "OperationSigned") hashes.add(event.data.hash);
  }
  return hashes;
};
