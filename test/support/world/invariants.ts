import { expect } from "chai";
import { type DomainEvent } from "../../../src/domain/events.js";
import { type OperationHash } from "../../../src/domain/identifiers.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { type Content } from "../../../src/application/ports/chain.js";
import { PAYER } from "../chain-model.js";
import { type World } from "./world.js";

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>;

interface Folded {
  readonly wallet: Wallet.State;
  readonly payments: ReadonlyMap<string, Payment.State>;
  readonly signed: ReadonlyMap<OperationHash, Of<"OperationSigned">["data"]>;
  readonly foreign: ReadonlySet<OperationHash>;
}

const paymentTypes = new Set<string>(Payment.Event.options.map((option) => option.shape.type.value));
const walletTypes = new Set<string>(Wallet.Event.options.map((option) => option.shape.type.value));
const isPayment = (event: DomainEvent): event is Payment.Event => paymentTypes.has(event.type);
const isWallet = (event: DomainEvent): event is Wallet.Event => walletTypes.has(event.type);

const fold = (world: World): Folded => {
  let wallet = Wallet.initial;
  const payments = new Map<string, Payment.State>();
  const signed = new Map<OperationHash, Of<"OperationSigned">["data"]>();
  const foreign = new Set<OperationHash>();
  for (const { stream, event } of world.events()) {
    if (isWallet(event)) wallet = Wallet.evolve(wallet, event);
    if (isPayment(event)) payments.set(stream, Payment.evolve(payments.get(stream) ?? Payment.initial, event));
    if (event.type === "OperationSigned") signed.set(event.data.hash, event.data);
    if (event.type === "ForeignOperationFound") foreign.add(event.data.hash);
  }
  return { wallet, payments, signed, foreign };
};

interface OnChain {
  readonly hash: OperationHash;
  readonly contents: readonly { readonly content: Content; readonly applied: boolean; readonly burn: bigint }[];
}

/** The payer's operations in the head's branch. */
const operationsOnChain = (world: World): readonly OnChain[] => {
  const { constants } = world.model.genesis.rules;
  const found: OnChain[] = [];
  for (let block = world.model.head; block.level > 0; ) {
    for (const { operation, results } of block.operations) {
      if (operation.contents[0]?.source !== PAYER) continue;
      const contents = operation.contents.map((content, i) => {
        const result = results[i];
        const applied = result?.status === "applied";
        const bytes = applied ? result.paidStorage + (result.allocated ? constants.originationSize : 0n) : 0n;
        return { content, applied, burn: bytes * constants.costPerByte };
      });
      found.push({ hash: operation.hash, contents });
    }
    const before = world.model.block(block.predecessor);
    if (before === undefined) break;
    block = before;
  }
  return found.reverse();
};

/** Each obligation's status is one of those that balance with what is due (I1). */
const checkDue = ({ payments }: Folded): void => {
  for (const state of payments.values()) {
    for (const { id, due, status } of state.obligations.values()) {
      if (status.at === "paid") expect(status.sent + status.charged, `due of ${id}`).to.equal(due);
    }
  }
};

/** At most one operation that is not proven dead for each obligation, and at most one that paid it (I2). */
const checkOnePerObligation = ({ payments, wallet }: Folded, chain: readonly OnChain[], signed: Folded["signed"]): void => {
  const undead = new Map<string, string>();
  for (const [stream, state] of payments) {
    for (const [batchId, batch] of state.batches) {
      const fate = Wallet.batchFate(wallet, batchId);
      if (fate.at !== "live" && fate.at !== "final") continue;
      if (batch.at !== "formed") continue;
      for (const item of batch.items) {
        const key = `${stream} ${item.obligation}`;
        expect(undead.get(key), `two live batches for ${key}`).to.equal(undefined);
        undead.set(key, batchId);
      }
    }
  }
  const paidOnChain = new Map<string, string>();
  for (const { hash, contents } of chain) {
    const intent = signed.get(hash);
    if (intent === undefined || intent.batchId === null || intent.payment === null) continue;
    const items = payments.get(intent.payment)?.batches.get(intent.batchId)?.items ?? [];
    contents.forEach(({ applied }, i) => {
      const item = items[i];
      if (!applied || item === undefined) return;
      const key = `${intent.payment} ${item.obligation}`;
      expect(paidOnChain.get(key), `paid twice on chain: ${key}`).to.equal(undefined);
      paidOnChain.set(key, hash);
    });
  }
};

/** Every operation of the payer on chain has an intent, with exactly the planned contents (I3, I11). */
const checkIntents = (chain: readonly OnChain[], { signed, payments, foreign }: Folded): void => {
  for (const { hash, contents } of chain) {
    const intent = signed.get(hash);
    if (foreign.has(hash)) continue;
    expect(intent, `no intent for ${hash}`).to.not.equal(undefined);
    if (intent === undefined || intent.batchId === null || intent.payment === null) continue;
    const state = payments.get(intent.payment);
    const planned = (state?.batches.get(intent.batchId)?.items ?? []).map(({ obligation, sent }) => ({
      recipient: state?.obligations.get(obligation)?.recipient,
      amount: sent,
    }));
    const sent = contents.map(({ content }) =>
      content.kind === "transaction" ? { recipient: content.destination, amount: content.amount } : undefined,
    );
    expect(sent, `contents of ${hash}`).to.deep.equal(planned);
  }
};

/** What left the wallet is what was sent, the fees and the burns (I4). */
const checkConservation = (world: World, chain: readonly OnChain[]): void => {
  const before = world.model.genesis.accounts.find(({ address }) => address === PAYER)?.balance ?? 0n;
  const spent = chain
    .flatMap(({ contents }) => contents)
    .reduce((total, { content, applied, burn }) => {
      const moved = applied && content.kind === "transaction" ? content.amount : 0n;
      return total + content.fee + burn + moved;
    }, 0n);
  expect(before - (world.model.account(PAYER)?.balance ?? 0n), "spent by the wallet").to.equal(spent);
};

/** What was injected stands in the log (I7). */
const checkInjected = (world: World, { signed }: Folded): void => {
  for (const hash of world.injected) expect(signed.has(hash), `injected but not in the log: ${hash}`).to.equal(true);
};

/** A checkpoint says what the fold from zero says. */
const checkCheckpoints = (world: World): void => {
  let wallet = Wallet.initial;
  for (const { event } of world.events()) {
    if (!isWallet(event)) continue;
    const folded = wallet;
    wallet = Wallet.evolve(wallet, event);
    if (event.type === "WalletCheckpointed") expect({ ...folded, events: 0 }).to.deep.equal(event.data.state);
  }
};

/** I1 to I4, I7 and I11, on everything there is; throws at the first that does not hold. */
export const checkInvariants = (world: World): void => {
  const folded = fold(world);
  const chain = operationsOnChain(world);
  checkDue(folded);
  checkOnePerObligation(folded, chain, folded.signed);
  checkIntents(chain, folded);
  checkConservation(world, chain);
  checkInjected(world, folded);
  checkCheckpoints(world);
};

/** Transfers of the payer in the head's branch that were applied: receiver and amount, in order. */
export const transfersOnChain = (world: World): readonly { readonly to: string; readonly amount: bigint }[] =>
  operationsOnChain(world).flatMap(({ contents }) =>
    contents.flatMap(({ content, applied }) =>
      applied && content.kind === "transaction" ? [{ to: content.destination, amount: content.amount }] : [],
    ),
  );

