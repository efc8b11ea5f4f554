import { expect } from "chai";
import { asCounter, asLevel } from "../../../../src/domain/identifiers.js";
import * as Wallet from "../../../../src/domain/wallet/wallet.js";
import { given } from "../../../support/given.js";
import { addressOf, operationOf } from "../../../support/identifiers.js";
import {
  ADOPTED,
  adopted,
  begun,
  dead,
  finalised,
  found,
  included,
  intent,
  paused,
  resumed,
  reveal,
  signed,
  term,
} from "../../../support/wallet-samples.js";

const command = { to: addressOf("another wallet"), actor: "ana" };
const handedOver: Wallet.Event = { type: "WalletHandedOver", data: command };
const handOver = Wallet.handOver(command);

describe("a wallet that is handed over", () => {
  it("is so once, and says to which", () => {
    given(Wallet, begun).when(handOver).then(handedOver).again.thenNothing();
    given(Wallet).when(handOver).thenNothing();
  });

  it("has come to the end of all that it has begun, and explains the chain", () => {
    const ended = [...begun, signed(1), included(1), finalised(1)];
    const closed: Wallet.Event = { type: "BatchClosed", data: { batchIds: ["b/1"], token: 1n } };
    given(Wallet, [...begun, signed(1)])
      .when(handOver)
      .thenRefused("operation-pending", { hash: operationOf(1) });
    given(Wallet, [...begun, signed(1), included(1)])
      .when(handOver)
      .thenRefused("operation-pending", { hash: operationOf(1) });
    given(Wallet, ended).when(handOver).thenRefused("batch-open", { batchId: "b/1" });
    given(Wallet, [...ended, closed])
      .when(handOver)
      .then(handedOver);
    given(Wallet, [...begun, signed(1, reveal), dead(1)])
      .when(handOver)
      .then(handedOver);
    given(Wallet, [...begun, found(11)])
      .when(handOver)
      .thenRefused("foreign-operations", { count: 1 });
    const requested: Wallet.Event = {
      type: "PaymentRequested",
      data: { payment: "payment-tz1_batch_rent", actor: "ana" },
    };
    given(Wallet, [...begun, requested])
      .when(handOver)
      .thenRefused("payment-open", { payment: "payment-tz1_batch_rent" });
    const delegation: Wallet.Event = {
      type: "DelegationRequested",
      data: { id: "delegation/1", to: null, actor: "ana" },
    };
    given(Wallet, [...begun, delegation])
      .when(handOver)
      .thenRefused("delegation-pending", { id: "delegation/1" });
    given(Wallet, [...begun, paused("mode"), paused("person")])
      .when(handOver)
      .then(handedOver);
    for (const reason of ["restored", "finding"] as const) {
      const { detail } = given(Wallet, [...begun, paused(reason)]).thenState().pauses[0] ?? {};
      given(Wallet, [...begun, paused(reason)])
        .when(handOver)
        .thenRefused("paused", { reason, detail: detail ?? "" });
    }
  });

  it("signs nothing in a term that was begun before, whoever takes it over or resumes it meanwhile", () => {
    const before = [...begun, paused("mode"), handedOver];
    given(Wallet, before)
      .when(Wallet.sign(intent(2)))
      .thenRefused("not-adopted");
    const taken = [...before, adopted, resumed("mode")];
    given(Wallet, taken)
      .when(Wallet.sign(intent(2)))
      .thenRefused("stale-term", { token: 1n, current: 2n });
    given(Wallet, [...taken, term(3n)])
      .when(Wallet.sign(intent(2, { token: 3n })))
      .then(signed(2, { token: 3n }));
  });

  it("asks for nothing more", () => {
    const request = Wallet.requestPayment({ payment: "payment-tz1_batch_rent", actor: "ana" });
    given(Wallet, [...begun, handedOver])
      .when(request)
      .thenRefused("not-adopted");
  });

  it("begins anew where it is taken over again: what it did meanwhile was nobody's to explain", () => {
    const again = { ...ADOPTED, level: asLevel(2_000), counter: asCounter(40n) };
    given(Wallet, [...begun, handedOver])
      .when(Wallet.adopt(again))
      .then({ type: "WalletAdopted", data: again });
    const state = given(Wallet, [...begun, handedOver, { type: "WalletAdopted", data: again }]).thenState();
    expect([state.counter, state.explainedLevel, state.token]).to.deep.equal([40n, 2_000, 2n]);
  });
});
