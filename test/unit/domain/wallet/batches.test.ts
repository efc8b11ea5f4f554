import { expect } from "chai";
import * as Wallet from "../../../../src/domain/wallet/wallet.js";
import { given } from "../../../support/given.js";
import { operationOf } from "../../../support/identifiers.js";
import {
  applied,
  begun,
  closed,
  counters,
  dead,
  expired,
  finalised,
  included,
  LAST_LEVEL,
  signed,
  voided,
} from "../../../support/wallet-samples.js";

const voiding = Wallet.voidBatch({ batchId: "b/1", reason: "a hold" });
const close = (...batchIds: string[]) => Wallet.closeBatches({ batchIds, token: 1n });
const fateOf = (events: readonly Wallet.Event[], batchId = "b/1") =>
  Wallet.batchFate(given(Wallet, events).thenState(), batchId);

describe("voiding a batch", () => {
  it("is possible while it is not signed, and once", () => {
    given(Wallet, begun).when(voiding).then(voided("b/1")).again.thenNothing();
    given(Wallet, [...begun, signed(1), dead(1)])
      .when(voiding)
      .then(voided("b/1"))
      .again.thenNothing();
  });

  it("is refused while an operation of it is not proven dead, a final one included", () => {
    const undead = { hash: operationOf(1) };
    for (const fate of [[], [included(1)], [finalised(1)]]) {
      given(Wallet, [...begun, signed(1), ...fate])
        .when(voiding)
        .thenRefused("batch-has-operation", undead);
    }
    const again = [...begun, signed(1), dead(1), signed(2)];
    given(Wallet, again)
      .when(voiding)
      .thenRefused("batch-has-operation", { hash: operationOf(2) });
  });
});

describe("closing batches", () => {
  it("forgets those that are final or voided, once", () => {
    const events = [...begun, signed(1), finalised(1), voided("b/2")];
    given(Wallet, events).when(close("b/1", "b/2")).then(closed("b/1", "b/2")).again.thenNothing();
    expect(given(Wallet, [...events, closed("b/1", "b/2")]).thenState().batches).to.deep.equal({});
  });

  it("passes over those that are forgotten already", () => {
    given(Wallet, [...begun, voided("b/2")])
      .when(close("b/1", "b/2"))
      .then(closed("b/2"));
    given(Wallet, begun).when(close()).thenNothing();
  });

  it("is refused for one that may still be signed or has an operation under way", () => {
    const open = { batchId: "b/1" };
    given(Wallet, [...begun, signed(1)])
      .when(close("b/1"))
      .thenRefused("batch-open", open);
    given(Wallet, [...begun, signed(1), included(1)])
      .when(close("b/1"))
      .thenRefused("batch-open", open);
    given(Wallet, [...begun, signed(1), dead(1)])
      .when(close("b/1"))
      .thenRefused("batch-open", open);
    given(Wallet, [...begun, voided("b/2"), signed(1)])
      .when(close("b/2", "b/1"))
      .thenRefused("batch-open", open);
  });
});

describe("a batch's fate", () => {
  it("is unsigned, live, final or voided", () => {
    const [one, two] = [operationOf(1), operationOf(2)];
    expect(fateOf(begun)).to.deep.equal({ at: "unsigned" });
    expect(fateOf([...begun, signed(1)])).to.deep.equal({ at: "live", hash: one });
    expect(fateOf([...begun, signed(1), dead(1)])).to.deep.equal({ at: "unsigned" });
    expect(fateOf([...begun, signed(1), dead(1), signed(2)])).to.deep.equal({ at: "live", hash: two });
    expect(fateOf([...begun, signed(1), dead(1), voided("b/1")])).to.deep.equal({ at: "voided" });
    const skipped = { ...applied, status: "skipped" as const };
    expect(fateOf([...begun, signed(1), finalised(1, [applied, skipped])])).to.deep.equal({
      at: "final",
      results: [applied, skipped],
      hash: one,
    });
  });

  it("counts the deaths of its operations", () => {
    const twice = [...begun, signed(1), dead(1), signed(2), dead(2, expired(LAST_LEVEL + 9))];
    const deaths = (events: readonly Wallet.Event[], batchId: string) =>
      Wallet.deathsOf(given(Wallet, events).thenState(), batchId);
    expect([deaths(twice, "b/1"), deaths(twice, "b/2"), deaths([...twice, signed(3)], "b/1")]).to.deep.equal([
      2, 0, 2,
    ]);
  });

  it("is its own: another batch's operation changes nothing of it", () => {
    const events = [
      ...begun,
      signed(1),
      included(1),
      signed(2, { ...counters(13), batchId: "b/2" }),
      finalised(1),
    ];
    expect(fateOf(events, "b/2")).to.deep.equal({ at: "live", hash: operationOf(2) });
    expect(fateOf(events)).to.deep.include({ at: "final", hash: operationOf(1) });
  });
});
