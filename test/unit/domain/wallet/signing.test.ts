import { expect } from "chai";
import { asCounter, asLevel, chainId } from "../../../../src/domain/identifiers.js";
import * as Wallet from "../../../../src/domain/wallet/wallet.js";
import { given } from "../../../support/given.js";
import { addressOf, operationOf } from "../../../support/identifiers.js";
import {
  ADOPTED,
  adopted,
  begun,
  closed,
  counters,
  dead,
  FINAL_LEVEL,
  finalised,
  found,
  IDENTITY,
  included,
  intent,
  paused,
  reorganised,
  resumed,
  reveal,
  signed,
  term,
  voided,
} from "../../../support/wallet-samples.js";

const start = (token: bigint, lease = token) =>
  Wallet.startTerm({ token, lease, identity: IDENTITY, nonce: `${token}` });
const sign = (...args: Parameters<typeof intent>) => Wallet.sign(intent(...args));

describe("adopting a wallet", () => {
  it("has a stream for each payer", () => {
    expect(Wallet.stream(addressOf("payer"))).to.equal(`wallet-${addressOf("payer")}`);
  });

  it("happens once, on one chain", () => {
    given(Wallet).when(Wallet.adopt(ADOPTED)).then(adopted).again.thenNothing();
    const later = { ...ADOPTED, level: asLevel(2_000), counter: asCounter(90n) };
    given(Wallet, begun).when(Wallet.adopt(later)).thenNothing();
    const elsewhere = { ...ADOPTED, chainId: chainId.parse("NetXnHfVqm9iesp") };
    given(Wallet, begun)
      .when(Wallet.adopt(elsewhere))
      .thenRefused("already-adopted", { chainId: ADOPTED.chainId });
  });
});

describe("a term", () => {
  it("starts with a token higher than any before", () => {
    given(Wallet).when(start(1n)).then(term(1n));
    given(Wallet, begun)
      .when(start(7n))
      .then(term(7n))
      .again.thenRefused("stale-term", { token: 7n, current: 7n });
    given(Wallet, [adopted, term(7n)])
      .when(start(6n))
      .thenRefused("stale-term", { token: 6n, current: 7n });
  });

  it("is never shared: an equal token is refused, for another process may hold it", () => {
    given(Wallet, begun).when(start(1n, 2n)).thenRefused("stale-term", { token: 1n, current: 1n });
  });

  it("alone may sign and close: neither a lower nor a higher token, nor anybody before the first term", () => {
    const wallet = [adopted, term(7n)];
    given(Wallet, wallet)
      .when(sign(1, { token: 7n }))
      .then(signed(1, { token: 7n }));
    for (const token of [6n, 8n]) {
      given(Wallet, wallet).when(sign(1, { token })).thenRefused("stale-term", { token, current: 7n });
      const close = Wallet.closeBatches({ batchIds: ["b/1"], token });
      given(Wallet, wallet).when(close).thenRefused("stale-term", { token, current: 7n });
    }
    given(Wallet, [adopted])
      .when(sign(1, { token: 0n }))
      .thenRefused("stale-term", { token: 0n, current: 0n });
    const nobody = Wallet.closeBatches({ batchIds: [], token: 0n });
    given(Wallet, [adopted]).when(nobody).thenRefused("stale-term", { token: 0n, current: 0n });
  });

  it("ends when the next one starts, whatever it has read before", () => {
    const wallet = [...begun, signed(1), included(1), finalised(1), closed("b/1"), term(2n)];
    given(Wallet, wallet)
      .when(sign(2, { ...counters(13), token: 1n }))
      .thenRefused("stale-term", { token: 1n, current: 2n });
  });
});

describe("signing", () => {
  it("writes the operation down, with the counter after the last one", () => {
    given(Wallet, begun).when(sign(1)).then(signed(1)).again.thenRefused("known-operation");
    given(Wallet, begun).when(sign(1, reveal)).then(signed(1, reveal));
    const next = { ...counters(13), batchId: "b/2" };
    given(Wallet, [...begun, signed(1), included(1)])
      .when(sign(2, next))
      .then(signed(2, next));
  });

  it("is refused before the wallet is adopted", () => {
    given(Wallet, [term(1n)])
      .when(sign(1))
      .thenRefused("not-adopted");
  });

  it("is refused while anything pauses the wallet, until the last reason is gone", () => {
    for (const reason of ["person", "mode", "restored", "finding"] as const) {
      const facts = { reason, detail: `because of ${reason}` };
      given(Wallet, [...begun, paused(reason)])
        .when(sign(1))
        .thenRefused("paused", facts);
    }
    const two = [...begun, paused("person"), paused("mode"), resumed("person")];
    given(Wallet, two).when(sign(1)).thenRefused("paused", { reason: "mode", detail: "because of mode" });
    given(Wallet, [...two, resumed("mode")])
      .when(sign(1))
      .then(signed(1));
  });

  it("is refused while an operation of somebody else is not classified", () => {
    given(Wallet, [...begun, found(11)])
      .when(sign(1, counters(12)))
      .thenRefused("foreign-operations", { count: 1 });
  });

  it("is refused while an earlier operation is in no block of the head's branch", () => {
    const next = { ...counters(13), batchId: "b/2" };
    const pending = { hash: operationOf(1) };
    given(Wallet, [...begun, signed(1)])
      .when(sign(2, next))
      .thenRefused("operation-pending", pending);
    const left = [...begun, signed(1), included(1), reorganised(1)];
    given(Wallet, left).when(sign(2, next)).thenRefused("operation-pending", pending);
    const later = [...begun, signed(1), included(1), signed(2, next), included(2), reorganised(1)];
    given(Wallet, later)
      .when(sign(3, { ...counters(15), batchId: "b/3" }))
      .thenRefused("operation-pending", pending);
  });

  it("goes on with the counter after every operation that may still count", () => {
    const wrong = (found: bigint, expected: bigint) => ["wrong-counter", { expected, found }] as const;
    for (const first of [10, 12]) {
      given(Wallet, begun)
        .when(sign(1, counters(first)))
        .thenRefused(...wrong(BigInt(first), 11n));
    }
    const other = { ...counters(11), batchId: "b/2" };
    given(Wallet, [...begun, signed(1), included(1)])
      .when(sign(2, other))
      .thenRefused(...wrong(11n, 13n));
    given(Wallet, [...begun, signed(1), finalised(1)])
      .when(sign(2, other))
      .thenRefused(...wrong(11n, 13n));
    given(Wallet, [...begun, signed(1), dead(1)])
      .when(sign(2, other))
      .then(signed(2, other));
    const two = [
      ...begun,
      signed(1),
      included(1),
      signed(2, { ...counters(13), batchId: "b/2" }),
      included(2),
    ];
    const third = { ...counters(15), batchId: "b/3" };
    given(Wallet, two).when(sign(3, third)).then(signed(3, third));
  });

  it("is refused for a batch that has an operation not proven dead, a final one included", () => {
    const again = (first: number) => sign(2, counters(first));
    const undead = { hash: operationOf(1) };
    given(Wallet, [...begun, signed(1)])
      .when(again(13))
      .thenRefused("batch-has-operation", undead);
    given(Wallet, [...begun, signed(1), included(1)])
      .when(again(13))
      .thenRefused("batch-has-operation", undead);
    given(Wallet, [...begun, signed(1), finalised(1)])
      .when(again(13))
      .thenRefused("batch-has-operation", undead);
    given(Wallet, [...begun, signed(1), dead(1)])
      .when(again(11))
      .then(signed(2));
  });

  it("is refused for a batch that is voided", () => {
    given(Wallet, [...begun, voided("b/1")])
      .when(sign(1))
      .thenRefused("batch-voided");
    given(Wallet, [...begun, signed(1), dead(1), voided("b/1")])
      .when(sign(2))
      .thenRefused("batch-voided");
  });

  it("is refused for a hash that is known, live or ended", () => {
    const fates = [[], [included(1)], [finalised(1)], [dead(1)]];
    for (const fate of fates) {
      given(Wallet, [...begun, signed(1), ...fate])
        .when(sign(1, { ...counters(13), batchId: "b/2" }))
        .thenRefused("known-operation");
    }
  });

  it("is refused for an operation that contradicts itself", () => {
    const cases = [
      [{ lastCounter: asCounter(10n) }, "it has no content"],
      [{ branchLevel: asLevel(FINAL_LEVEL + 1) }, "its branch is not final"],
      [{ batchId: null }, "purpose and batch do not belong together"],
      [{ payment: null }, "purpose and batch do not belong together"],
      [{ batchId: null, payment: null }, "purpose and batch do not belong together"],
      [{ ...reveal, batchId: null }, "purpose and batch do not belong together"],
      [{ ...reveal, payment: "payment-tz1_750" }, "purpose and batch do not belong together"],
    ] as const;
    for (const [over, wrong] of cases)
      given(Wallet, begun).when(sign(1, over)).thenRefused("inconsistent", { wrong });
  });
});
