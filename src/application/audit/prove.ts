// Takes out of the log what shows one delegator's payout, or that the log was only added to.
import { auditOf, bakerOf, paymentOf, rewardOf } from "../aggregates.js";
import { canonicalJson, leafHash, MerkleTree } from "../../domain/digest.js";
import { type Address, type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { checkpointFrom } from "../../domain/proof/checkpoint.js";
import { leafForm } from "../../domain/proof/leaf.js";
import {
  consistencyRanges,
  inclusionRanges,
  type Range,
  RangeRoots,
  type Tree,
} from "../../domain/proof/merkle.js";
import { obligationId } from "../../domain/payment/events.js";
import { type EventReading } from "../ports/event-reading.js";
import { type EventStore, type RecordedEvent, START } from "../ports/event-store.js";
import { type Repository } from "../repository.js";
import { type ClosedList, newestList, newestRelease, operationEvents, rowOf } from "./evidence.js";
import { type ConsistencyProof, type PayoutProof, type ProvenLeaf, type ProvenRow } from "./payout-proof.js";

/** Nothing can be proven; the message says why and what to do. */
export class NotProvable extends Error {
  override readonly name = "NotProvable";
}

export interface ProverPorts {
  readonly baker: TzAddress;
  readonly store: EventStore;
  readonly repository: Repository;
  readonly reading: EventReading;
}

export interface Wanted {
  readonly cycle: Cycle;
  readonly delegator: Address;
  /** Also an allocation whose closing event names the terms of other delegators. */
  readonly withTerms: boolean;
}

export interface Proven {
  readonly proof: PayoutProof;
  /** The allocation is left out, since it would show so many other delegators' terms. */
  readonly termsOfOthers: number;
}

const asPath = (roots: readonly ReturnType<MerkleTree["root"]>[]) => [...roots];

/** Everything of the list but its row's place in the log. */
const inList = ({ rows }: ClosedList, index: number): Omit<ProvenRow, "closing"> => {
  const roots = new RangeRoots(inclusionRanges(index, { from: 0, to: rows.length }));
  rows.forEach((row, i) => roots.add(i, leafHash(canonicalJson(row))));
  return { row: rows[index] ?? null, index, path: asPath(roots.roots()) };
};

const nameOf = ({ stream, revision }: RecordedEvent): string => `${stream} ${revision}`;

const damaged = (size: number): NotProvable =>
  new NotProvable(
    `the log does not fit its checkpoint of ${size} events: run "npx --no-install taps audit verify"`,
  );

/** Reads the log twice: where the events stand, then what leads from there to the checkpoint's root. */
const inLog = async (
  store: EventStore,
  { size, root }: Tree,
  events: readonly RecordedEvent[],
): Promise<ReadonlyMap<string, ProvenLeaf>> => {
  const wanted = new Set(events.map(nameOf));
  const found = new Map<
    string,
    { readonly index: number; readonly leaf: string; readonly roots: RangeRoots }
  >();
  await eachLeaf(store, size, (event, index) => {
    if (!wanted.has(nameOf(event))) return;
    const roots = new RangeRoots(inclusionRanges(index, { from: 0, to: size }));
    found.set(nameOf(event), { index, leaf: leafForm(event), roots });
  });
  const tree = new MerkleTree();
  await eachLeaf(store, size, (event, index) => {
    const leaf = leafHash(leafForm(event));
    tree.addLeaf(leaf);
    for (const { roots } of found.values()) roots.add(index, leaf);
  });
  if (tree.count !== size || tree.root() !== root) throw damaged(size);
  const proven = [...found].map(
    ([name, { index, leaf, roots }]) => [name, { leaf, index, path: asPath(roots.roots()) }] as const,
  );
  return new Map(proven);
};

const eachLeaf = async (
  store: EventStore,
  size: number,
  visit: (event: RecordedEvent, index: number) => void,
): Promise<void> => {
  let index = 0;
  if (size === 0) return;
  for await (const event of store.readAll({ after: START })) {
    visit(event, index);
    index += 1;
    if (index === size) return;
  }
};

const newestCheckpoint = async ({ repository, baker }: ProverPorts) => {
  const { newest } = (await repository.load(auditOf(baker))).state;
  if (newest !== undefined) return newest;
  throw new NotProvable('the log has no checkpoint yet: "taps start" makes one when a cycle has settled');
};

/** The operation that paid an obligation, and which of its contents did. */
const paymentOfObligation = async (ports: ProverPorts, { cycle, delegator }: Wanted) => {
  const { repository, baker, store } = ports;
  const id = obligationId("delegator", delegator);
  const { state } = await repository.load(paymentOf(baker, cycle));
  const status = state.obligations.get(id)?.status;
  if (status?.at !== "paid" || status.operation === null) return undefined;
  const { payer, formerPayers } = (await repository.load(bakerOf(baker))).state;
  const wallets = payer === undefined ? formerPayers : [payer, ...formerPayers];
  const events = await operationEvents(store, wallets, status.operation);
  if (events === undefined) return undefined;
  const signed = ports.reading.decode(events.signed);
  const batch = signed.type === "OperationSigned" ? (signed.data.batchId ?? "") : "";
  const content = state.batches.get(batch)?.items.findIndex(({ obligation }) => obligation === id) ?? -1;
  const released = await newestRelease(store, paymentOf(baker, cycle).stream, id);
  return content < 0 ? undefined : { content, ...events, released };
};

/** How many delegators other than this one the closing event names with their terms. */
const termsOfOthers = (closing: RecordedEvent, delegator: Address, reading: EventReading): number => {
  const event = reading.decode(closing);
  if (event.type !== "RewardsAllocated") return 0;
  return event.data.terms.filter((terms) => terms.delegator !== delegator).length;
};

/** One delegator's payout of a cycle, as far as it has come, under the newest checkpoint. Throws `NotProvable`. */
export const provePayout = async (ports: ProverPorts, wanted: Wanted): Promise<Proven> => {
  const { store, baker, reading } = ports;
  const { cycle, delegator, withTerms } = wanted;
  const checkpoint = await newestCheckpoint(ports);
  const types = { chunk: "DelegatorRewardsAllocated", closing: "RewardsAllocated" };
  const allocated = await newestList(store, rewardOf(baker, cycle).stream, types);
  const planTypes = { chunk: "ObligationsAdded", closing: "PayoutPlanned" };
  const planned = await newestList(store, paymentOf(baker, cycle).stream, planTypes);
  const payment = await paymentOfObligation(ports, wanted);
  const others = allocated && !withTerms ? termsOfOthers(allocated.closing, delegator, reading) : 0;

  const listed = (list: ClosedList | undefined) => {
    const index = list ? rowOf(list.rows, delegator) : -1;
    return list && index >= 0 ? { list, index } : undefined;
  };
  const allocation = others === 0 ? listed(allocated) : undefined;
  const obligation = listed(planned);
  if (listed(allocated) === undefined && obligation === undefined)
    throw new NotProvable(`cycle ${cycle} knows no delegator ${delegator}`);

  const events = [
    allocation?.list.closing,
    obligation?.list.closing,
    payment?.signed,
    payment?.final,
    payment?.released,
  ];
  const places = await inLog(
    store,
    checkpoint,
    events.filter((event) => event !== undefined),
  );
  const place = (event: RecordedEvent): ProvenLeaf => {
    const leaf = places.get(nameOf(event));
    if (leaf !== undefined) return leaf;
    throw new NotProvable(
      `event ${event.revision} of ${event.stream} is behind the newest checkpoint: the next one is made when the cycle has settled`,
    );
  };
  const row = (at: { readonly list: ClosedList; readonly index: number } | undefined) =>
    at ? { ...inList(at.list, at.index), closing: place(at.list.closing) } : null;
  return {
    termsOfOthers: others,
    proof: {
      proof: "taps/payout/1",
      cycle,
      delegator,
      checkpoint: checkpoint.signedNote,
      allocation: row(allocation),
      obligation: row(obligation),
      payment: payment
        ? {
            content: payment.content,
            signed: place(payment.signed),
            final: place(payment.final),
            released: payment.released ? place(payment.released) : null,
          }
        : null,
    },
  };
};

const readCheckpoint = (note: string): Tree => {
  const read = checkpointFrom(note);
  if (read !== undefined) return read.checkpoint;
  throw new NotProvable("this is no signed checkpoint");
};

/** That the log of the newer checkpoint begins with all of the older one's. Throws `NotProvable`. */
export const proveConsistency = async (
  store: EventStore,
  older: string,
  newer: string,
): Promise<ConsistencyProof> => {
  const [before, after] = [readCheckpoint(older), readCheckpoint(newer)];
  if (before.size > after.size) throw new NotProvable("the older checkpoint covers more than the newer one");
  const ranges: readonly Range[] = consistencyRanges(before.size, after.size);
  const roots = new RangeRoots(ranges);
  const tree = new MerkleTree();
  await eachLeaf(store, after.size, (event, index) => {
    const leaf = leafHash(leafForm(event));
    tree.addLeaf(leaf);
    roots.add(index, leaf);
    if (tree.count === before.size && tree.root() !== before.root) throw damaged(before.size);
  });
  if (tree.count !== after.size || tree.root() !== after.root) throw damaged(after.size);
  return { proof: "taps/consistency/1", older, newer, path: asPath(roots.roots()) };
};
