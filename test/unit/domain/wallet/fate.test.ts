import { expect } from "chai";
import { asLevel } from "../../../../src/domain/identifiers.js";
import { mutez } from "../../../../src/domain/money.js";
import * as Wallet from "../../../../src/domain/wallet/wallet.js";
import { given } from "../../../support/given.js";
import { operationOf } from "../../../support/identifiers.js";
import {
  applied,
  begun,
  counters,
  dead,
  death,
  expired,
  FINAL_LEVEL,
  finalised,
  finality,
  found,
  included,
  inclusion,
  intent,
  LAST_LEVEL,
  reorganised,
  signed,
  superseded,
  TTL,
} from "../../../support/wallet-samples.js";

const wallet = [...begun, signed(1)];
/** A second operation behind the first, which is in a block. */
const two = [...begun, signed(1), included(1), signed(2, { ...counters(13), batchId: "b/2" })];

describe("a node's refusal", () => {
  const refusal = (kind: "permanent" | "temporary" | "branch", error = "prefilter.fees_too_low") => ({
    hash: operationOf(1),
    kind,
    errors: [error],
  });

  it("is written once of each kind, and proves nothing", () => {
    const refused: Wallet.Event = { type: "OperationRefused", data: refusal("temporary") };
    given(Wallet, wallet)
      .when(Wallet.recordRefusal(refusal("temporary")))
      .then(refused)
      .again.thenNothing();
    given(Wallet, [...wallet, refused])
      .when(Wallet.recordRefusal(refusal("temporary", "another")))
      .thenNothing();
    given(Wallet, [...wallet, refused])
      .when(Wallet.recordRefusal(refusal("permanent")))
      .then({ type: "OperationRefused", data: refusal("permanent") });
    expect(Wallet.batchFate(given(Wallet, [...wallet, refused]).thenState(), "b/1")).to.deep.equal({
      at: "live",
      hash: operationOf(1),
    });
  });

  it("is only of an operation that lives", () => {
    given(Wallet, begun)
      .when(Wallet.recordRefusal(refusal("branch")))
      .thenRefused("unknown-operation");
  });
});

describe("inclusion", () => {
  it("is written with the block, and again with another block", () => {
    given(Wallet, wallet)
      .when(Wallet.include(inclusion(1)))
      .then(included(1))
      .again.thenNothing();
    given(Wallet, [...wallet, included(1)])
      .when(Wallet.include(inclusion(1, 1_004)))
      .then(included(1, 1_004));
    given(Wallet, begun)
      .when(Wallet.include(inclusion(1)))
      .thenRefused("unknown-operation");
  });

  it("is taken back when the block leaves the branch", () => {
    const reorganise = Wallet.reorganise(operationOf(1));
    given(Wallet, [...wallet, included(1)])
      .when(reorganise)
      .then(reorganised(1))
      .again.thenNothing();
    given(Wallet, wallet).when(reorganise).thenNothing();
    given(Wallet, begun).when(reorganise).thenRefused("unknown-operation");
  });
});

describe("finality", () => {
  it("comes in the order of counters, without a gap", () => {
    given(Wallet, wallet)
      .when(Wallet.finalise(finality(1)))
      .then(finalised(1))
      .again.thenRefused("unknown-operation");
    given(Wallet, two)
      .when(Wallet.finalise(finality(2)))
      .thenRefused("counter-gap", { accounted: 10n, first: 13n });
    given(Wallet, [...two, finalised(1)])
      .when(Wallet.finalise(finality(2)))
      .then(finalised(2));
    given(Wallet, begun)
      .when(Wallet.finalise(finality(1)))
      .thenRefused("unknown-operation");
  });

  it("has a result for each content: one that is missing would look unpaid", () => {
    for (const contents of [[], [applied], [applied, applied, applied]]) {
      given(Wallet, wallet)
        .when(Wallet.finalise(finality(1, contents)))
        .thenRefused("inconsistent", { contents: 2n, results: contents.length });
    }
  });

  it("moves the accounted counter, whatever the results", () => {
    const failed = { ...applied, status: "failed" as const, errors: ["script_rejected"] };
    const state = given(Wallet, [
      ...wallet,
      finalised(1, [failed, { ...applied, status: "skipped" }]),
    ]).thenState();
    expect([state.counter, state.explainedLevel, state.operations]).to.deep.equal([12n, 1_003, []]);
  });
});

describe("a proof of death", () => {
  const prove = (...args: Parameters<typeof death>) => Wallet.proveDead(death(...args));

  it("by age needs a final block beyond the last one that could hold the operation", () => {
    given(Wallet, wallet).when(prove(1)).then(dead(1)).again.thenRefused("unknown-operation");
    given(Wallet, wallet)
      .when(prove(1, expired(LAST_LEVEL)))
      .thenRefused("not-proven");
  });

  it("by age needs a counter that was not consumed", () => {
    given(Wallet, wallet)
      .when(prove(1, expired(LAST_LEVEL + 1, 11n)))
      .thenRefused("not-proven");
  });

  it("takes the larger of the two times to live", () => {
    expect(Wallet.lastPossibleLevel(intent(1), 1)).to.equal(LAST_LEVEL);
    expect(Wallet.lastPossibleLevel(intent(1), TTL + 5)).to.equal(LAST_LEVEL + 5);
    given(Wallet, wallet)
      .when(prove(1, expired(LAST_LEVEL + 1, 10n, TTL + 1)))
      .thenRefused("not-proven");
    const later = expired(LAST_LEVEL + 2, 10n, TTL + 1);
    given(Wallet, wallet).when(prove(1, later)).then(dead(1, later));
    given(Wallet, wallet)
      .when(prove(1, expired(LAST_LEVEL, 10n, TTL - 100)))
      .thenRefused("not-proven");
  });

  it("by another's counter needs every block read that could hold the operation", () => {
    const first = FINAL_LEVEL + 1;
    const young = superseded(1_010, first, 1_010);
    given(Wallet, wallet).when(prove(1, young)).then(dead(1, young));
    given(Wallet, wallet)
      .when(prove(1, superseded(1_010, first + 1, 1_010)))
      .thenRefused("not-proven");
    given(Wallet, wallet)
      .when(prove(1, superseded(1_010, first, 1_009)))
      .thenRefused("not-proven");
    const old = superseded(2_000, first, LAST_LEVEL);
    given(Wallet, wallet).when(prove(1, old)).then(dead(1, old));
    given(Wallet, wallet)
      .when(prove(1, superseded(2_000, first, LAST_LEVEL - 1)))
      .thenRefused("not-proven");
    given(Wallet, wallet)
      .when(prove(1, superseded(2_000, first, LAST_LEVEL, 11n, TTL + 1)))
      .thenRefused("not-proven");
    const wider = superseded(2_000, first - 50, 2_000, 99n);
    given(Wallet, wallet).when(prove(1, wider)).then(dead(1, wider));
  });

  it("by another's counter needs that counter consumed", () => {
    given(Wallet, wallet)
      .when(prove(1, superseded(2_000, 1_001, 2_000, 10n)))
      .thenRefused("not-proven");
  });

  it("is refused while the log shows the operation in a block", () => {
    given(Wallet, [...wallet, included(1)])
      .when(prove(1))
      .thenRefused("not-proven");
    given(Wallet, [...wallet, included(1), reorganised(1)])
      .when(prove(1))
      .then(dead(1));
  });

  it("is of one operation: a replaced one frees nothing of the later ones", () => {
    const events = [...two, reorganised(1), found(11), dead(1, superseded(1_010, 1_001, 1_010))];
    const state = given(Wallet, events).thenState();
    expect(state.operations.map(({ hash }) => hash)).to.deep.equal([operationOf(2)]);
    expect(Wallet.batchFate(state, "b/1")).to.deep.equal({ at: "unsigned" });
    expect(Wallet.batchFate(state, "b/2")).to.deep.equal({ at: "live", hash: operationOf(2) });
    given(Wallet, events)
      .when(prove(2, superseded(1_010, 1_001, 1_010)))
      .thenRefused("not-proven");
    const own = expired(LAST_LEVEL + 1, 11n);
    given(Wallet, events).when(prove(2, own)).then(dead(2, own));
  });

  it("is only of an operation that lives", () => {
    given(Wallet, begun).when(prove(1)).thenRefused("unknown-operation");
    given(Wallet, [...wallet, finalised(1)])
      .when(prove(1))
      .thenRefused("unknown-operation");
  });

  it("leaves one that is found on the chain after all to a person", () => {
    const risen = { ...finality(1), level: asLevel(1_003), ...counters(11) };
    const { hash, level, firstCounter, lastCounter } = risen;
    const contents = [1, 2].map(() => ({
      kind: "transaction",
      destination: null,
      amount: null,
      status: "applied" as const,
      fee: mutez(400n),
      burn: mutez(0n),
    }));
    const foreign = { hash, level, firstCounter, lastCounter, contents };
    given(Wallet, [...wallet, dead(1)])
      .when(Wallet.findForeign(foreign))
      .then({ type: "ForeignOperationFound", data: foreign })
      .again.thenNothing();
  });
});
