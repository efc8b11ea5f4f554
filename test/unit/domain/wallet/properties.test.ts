import { expect } from "chai";
import fc from "fast-check";
import { streamName } from "../../../../src/domain/identifiers.js";
import * as Wallet from "../../../../src/domain/wallet/wallet.js";
import { decodeEvent, encodeEvent } from "../../../../src/infrastructure/eventstore/codec.js";
import { historyOf, steps } from "../../../support/wallet-history.js";

type Signed = Extract<Wallet.Event, { type: "OperationSigned" }>["data"];

/** What must hold of a wallet's history, kept apart from the wallet's own fold. Forgets nothing. */
class Witness {
  readonly batches = new Map<string, Set<string>>();
  readonly seen = { signed: 0, dead: 0, final: 0, closed: 0, again: 0 };
  private readonly hashes = new Set<string>();
  private readonly live = new Map<string, { readonly data: Signed; included: boolean }>();
  private readonly pauses = new Set<string>();
  private readonly voided = new Set<string>();
  private readonly closed = new Set<string>();
  private foreign = 0;
  private token = 0n;
  private counter = -1n;

  tell(event: Wallet.Event): void {
    switch (event.type) {
      case "WalletAdopted":
        this.counter = event.data.counter;
        return;
      case "WalletHandedOver":
        expect([this.live.size, this.foreign], "at rest").to.deep.equal([0, 0]);
        this.counter = -1n;
        this.token += 1n;
        return;
      case "TermStarted":
        expect(event.data.token > this.token, "a higher token").to.equal(true);
        this.token = event.data.token;
        return;
      case "OperationSigned":
        return this.sign(event.data);
      case "OperationIncluded":
      case "OperationReorganised":
        return this.include(event.data.hash, event.type === "OperationIncluded");
      case "OperationFinalised":
        return this.finalise(event.data.hash, event.data.contents.length);
      case "OperationProvenDead":
        return this.bury(event.data.hash);
      case "BatchVoided":
        return this.void(event.data.batchId);
      case "BatchClosed":
        expect(event.data.token, "closed by the term's holder").to.equal(this.token);
        for (const batchId of event.data.batchIds) this.closed.add(batchId);
        this.seen.closed += event.data.batchIds.length;
        return;
      case "ForeignOperationFound":
        expect(event.data.firstCounter, "foreign counters").to.equal(this.counter + 1n);
        this.counter = event.data.lastCounter;
        this.foreign += 1;
        return;
      case "ForeignOperationClassified":
        this.foreign -= 1;
        return;
      case "WalletPaused":
        this.pauses.add(event.data.reason);
        return;
      case "WalletResumed":
        this.pauses.delete(event.data.reason);
        return;
      case "OperationRefused":
      case "ForeignOperationClaimed":
      case "PaymentRequested":
      case "PaymentsClosed":
      case "DelegationRequested":
      case "WalletCheckpointed":
    }
  }

  /** One that is closed may be voided by who does not know: its payment stream has settled it, and refuses. */
  private void(batchId: string): void {
    if (!this.closed.has(batchId))
      expect(this.batches.get(batchId)?.size ?? 0, "not dead of a voided batch").to.equal(0);
    this.voided.add(batchId);
  }

  private sign(data: Signed): void {
    this.seen.signed += 1;
    expect(
      [this.counter >= 0n, this.pauses.size, this.foreign],
      "adopted, no pause, nothing foreign",
    ).to.deep.equal([true, 0, 0]);
    expect([data.token, this.token > 0n], "the newest term").to.deep.equal([this.token, true]);
    expect(this.hashes.has(data.hash), "a hash signed before").to.equal(false);
    this.hashes.add(data.hash);
    const before = [...this.live.values()];
    expect(
      before.every(({ included }) => included),
      "every earlier one is in a block",
    ).to.equal(true);
    const last = before.at(-1)?.data.lastCounter ?? this.counter;
    expect(data.firstCounter, "counters without a gap").to.equal(last + 1n);
    this.live.set(data.hash, { data, included: false });
    if (data.batchId === null) return;
    expect(this.voided.has(data.batchId), "of a voided batch").to.equal(false);
    const undead = this.batches.get(data.batchId);
    if (undead) this.seen.again += 1;
    expect(undead?.size ?? 0, `not dead of ${data.batchId}`).to.equal(0);
    this.batches.set(data.batchId, new Set([data.hash]));
  }

  private include(hash: string, included: boolean): void {
    const operation = this.live.get(hash);
    if (operation === undefined) throw new Error("not a live operation");
    operation.included = included;
  }

  private finalise(hash: string, results: number): void {
    const { data } = this.live.get(hash) ?? {};
    if (data === undefined) throw new Error("final, but not live");
    expect(data.firstCounter, "final in order").to.equal(this.counter + 1n);
    expect(BigInt(results), "a result for each content").to.equal(data.lastCounter - data.firstCounter + 1n);
    this.counter = data.lastCounter;
    this.live.delete(hash);
    this.seen.final += 1;
  }

  private bury(hash: string): void {
    const operation = this.live.get(hash);
    expect(operation?.included, "dead, but in a block").to.equal(false);
    this.live.delete(hash);
    this.batches.get(operation?.data.batchId ?? "")?.delete(hash);
    this.seen.dead += 1;
  }

  /** Hashes that are signed and neither final nor dead. */
  get pending(): readonly string[] {
    return [...this.live.keys()];
  }
}

const throughJson = (state: Wallet.State): Wallet.State => {
  const event = { type: "WalletCheckpointed" as const, data: { foldVersion: Wallet.FOLD_VERSION, state } };
  const read = decodeEvent({ ...encodeEvent(event), stream: streamName("wallet", "any"), revision: 0 });
  if (read.type !== "WalletCheckpointed") throw new Error("another event");
  return read.data.state;
};

describe("a wallet, whatever is commanded", () => {
  it("never has two operations not dead for one batch, nor a gap in its counters, nor signs when it must not", () => {
    const sum = { signed: 0, dead: 0, final: 0, closed: 0, again: 0 };
    fc.assert(
      fc.property(steps, (commands) => {
        const witness = new Witness();
        let state = Wallet.initial;
        for (const event of historyOf(commands)) {
          witness.tell(event);
          state = Wallet.evolve(state, event);
          expect(
            state.operations.map(({ hash }) => hash as string),
            "operations forgotten or kept",
          ).to.deep.equal(witness.pending);
        }
        for (const key of ["signed", "dead", "final", "closed", "again"] as const)
          sum[key] += witness.seen[key];
      }),
      { numRuns: 400 },
    );
    for (const [what, count] of Object.entries(sum))
      expect(count, `histories with something ${what}`).to.be.above(50);
  });

  it("folds from a checkpoint, read back from its JSON, as from zero", () => {
    fc.assert(
      fc.property(steps, fc.nat(), (commands, at) => {
        const events = historyOf(commands);
        const cut = at % (events.length + 1);
        const zero = events.reduce(Wallet.evolve, Wallet.initial);
        const before = { ...events.slice(0, cut).reduce(Wallet.evolve, Wallet.initial), events: 0 };
        const checkpoint: Wallet.Event = {
          type: "WalletCheckpointed",
          data: { foldVersion: Wallet.FOLD_VERSION, state: throughJson(before) },
        };
        const after = [checkpoint, ...events.slice(cut)].reduce(Wallet.evolve, Wallet.initial);
        expect(after).to.deep.equal({ ...zero, events: events.length - cut });
      }),
      { numRuns: 200 },
    );
  });
});
