import { expect } from "chai";
import { asCounter, asLevel } from "../../../../src/domain/identifiers.js";
import * as Wallet from "../../../../src/domain/wallet/wallet.js";
import { given } from "../../../support/given.js";
import { blockOf, operationOf } from "../../../support/identifiers.js";
import {
  ADOPTED,
  adopted,
  begun,
  closed,
  found,
  finalised,
  IDENTITY,
  included,
  intent,
  paused,
  resumed,
  reveal,
  signed,
  stop,
  stranger,
  term,
} from "../../../support/wallet-samples.js";

describe("somebody else's operation", () => {
  it("is written down once, in the order of counters", () => {
    given(Wallet, begun)
      .when(Wallet.findForeign(stranger(11)))
      .then(found(11))
      .again.thenNothing();
    given(Wallet, begun)
      .when(Wallet.findForeign(stranger(12)))
      .thenRefused("counter-gap", { accounted: 10n, first: 12n });
    given(Wallet, [...begun, found(11, 3)])
      .when(Wallet.findForeign(stranger(14)))
      .then(found(14));
  });

  it("has as many contents as counters, so that none is passed over", () => {
    const short = { ...stranger(11, 3), contents: stranger(11, 2).contents };
    given(Wallet, begun)
      .when(Wallet.findForeign(short))
      .thenRefused("inconsistent", { contents: 3n, results: 2 });
  });

  it("is neither one of ours nor one before the adoption", () => {
    const ours = { ...stranger(11), hash: operationOf(1) };
    given(Wallet, [...begun, signed(1)])
      .when(Wallet.findForeign(ours))
      .thenRefused("known-operation");
    given(Wallet)
      .when(Wallet.findForeign(stranger(1)))
      .thenRefused("not-adopted");
  });

  it("moves the counter and stops signing", () => {
    const state = given(Wallet, [...begun, found(11, 3)]).thenState();
    expect([state.counter, state.explainedLevel, Wallet.nextCounter(state)]).to.deep.equal([13n, 1_003, 14n]);
    expect(Wallet.stopsSigning(state)).to.deep.equal([
      { reason: "foreign-operations", detail: `${operationOf("foreign 11")}: see "taps reconcile"` },
    ]);
  });
});

describe("a pause", () => {
  const pause = (...args: Parameters<typeof stop>) => Wallet.pause(stop(...args));

  it("is one for each reason", () => {
    for (const reason of ["person", "mode", "restored", "finding"] as const) {
      given(Wallet, begun).when(pause(reason)).then(paused(reason)).again.thenNothing();
    }
    given(Wallet, [...begun, paused("mode")])
      .when(pause("person"))
      .then(paused("person"));
  });

  it("of a restore lasts to the highest level that was said", () => {
    const level = (n: number) => asLevel(n);
    const until = [...begun, paused("restored", level(1_200))];
    given(Wallet, until)
      .when(pause("restored", level(1_199)))
      .thenNothing();
    given(Wallet, until).when(pause("restored")).thenNothing();
    given(Wallet, until)
      .when(pause("restored", level(1_201)))
      .then(paused("restored", level(1_201)));
    const longer = given(Wallet, [...until, paused("restored", level(1_201))]).thenState();
    expect(longer.pauses).to.deep.equal([stop("restored", level(1_201))]);
  });

  it("ends by its own reason alone", () => {
    const resume = Wallet.resume({ reason: "person", actor: "ana" });
    given(Wallet, [...begun, paused("person"), paused("mode")])
      .when(resume)
      .then(resumed("person"))
      .again.thenNothing();
    given(Wallet, [...begun, paused("mode")])
      .when(resume)
      .thenNothing();
    const state = given(Wallet, [...begun, paused("person"), paused("mode"), resumed("person")]).thenState();
    expect(Wallet.stopsSigning(state)).to.deep.equal([{ reason: "mode", detail: "because of mode" }]);
  });
});

describe("a checkpoint", () => {
  const signs = (count: number): Wallet.Event[] =>
    Array.from({ length: count }, (_, n): Wallet.Event => (n % 2 ? resumed("person") : paused("person")));

  it("is due after a thousand events, and then not for another thousand", () => {
    const almost = [...begun, ...signs(Wallet.CHECKPOINT_EVERY - 3)];
    given(Wallet, almost).when(Wallet.checkpoint).thenNothing();
    const due = [...begun, signed(1), ...signs(Wallet.CHECKPOINT_EVERY - 3)];
    const state = { ...given(Wallet, due).thenState(), events: 0 };
    given(Wallet, due)
      .when(Wallet.checkpoint)
      .then({ type: "WalletCheckpointed", data: { foldVersion: Wallet.FOLD_VERSION, state } })
      .again.thenNothing();
  });

  it("of another fold is passed over", () => {
    const before = given(Wallet, [...begun, signed(1)]).thenState();
    const foreign: Wallet.Event = {
      type: "WalletCheckpointed",
      data: { foldVersion: Wallet.FOLD_VERSION + 1, state: Wallet.initial },
    };
    expect(given(Wallet, [...begun, signed(1), foreign]).thenState()).to.deep.equal({ ...before, events: 0 });
  });
});

describe("the wallet's state", () => {
  it("is small: what is final and closed has left it", () => {
    const events = [...begun, signed(1, reveal), included(1), finalised(1), closed(Wallet.REVEAL)];
    const state = given(Wallet, events).thenState();
    expect(state).to.deep.equal({
      adopted: { chainId: ADOPTED.chainId, level: 1_000 },
      token: 1n,
      identity: IDENTITY,
      counter: 12n,
      explainedLevel: 1_003,
      operations: [],
      batches: {},
      pauses: [],
      foreign: [],
      requests: [],
      delegations: [],
      events: 6,
    });
  });

  it("keeps of an operation what watching it needs", () => {
    const { token: _token, branch: _branch, digest: _digest, ...kept } = intent(1);
    const state = given(Wallet, [...begun, signed(1), included(1)]).thenState();
    const block = { hash: blockOf(1_003), level: 1_003 };
    expect(state.operations).to.deep.equal([{ ...kept, included: block, refusals: [] }]);
    expect(state.batches).to.deep.equal({
      "b/1": { voided: false, operations: [{ hash: operationOf(1), fate: "live" }], results: null },
    });
  });

  it("explains the chain up to the final level of the last signing", () => {
    const later = { finalLevel: asLevel(1_500) };
    expect(given(Wallet, [...begun, signed(1, later)]).thenState().explainedLevel).to.equal(1_500);
    expect(
      given(Wallet, [adopted, term(1n), signed(1, { finalLevel: asLevel(990) })]).thenState().explainedLevel,
    ).to.equal(1_000);
  });

  it("answers the next counter", () => {
    const next = (events: readonly Wallet.Event[]) => Wallet.nextCounter(given(Wallet, events).thenState());
    expect([
      next(begun),
      next([...begun, signed(1)]),
      next([...begun, signed(1), finalised(1)]),
    ]).to.deep.equal([11n, 13n, 13n]);
    expect(next([])).to.equal(asCounter(1n));
  });
});
