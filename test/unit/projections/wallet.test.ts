import { expect } from "chai";
import { asCounter, asCycle, asLevel, chainId } from "../../../src/domain/identifiers.js";
import { mutez } from "../../../src/domain/money.js";
import { obligationId } from "../../../src/domain/payment/events.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { walletProjection } from "../../../projections/wallet.js";
import { foldProjection } from "../../support/fold.js";
import { addressOf, operationOf } from "../../support/identifiers.js";
import { BAKER } from "../../support/payouts.js";
import { RecordedLog } from "../../support/recorded-log.js";

const PAYER = addressOf("payer");
const NEXT = addressOf("the next payer");
const actor = "x";
const at = (number: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + number * 1_000);

describe("the wallet projection", () => {
  it("shows why a wallet is paused, a row a reason", () => {
    const pause = (reason: "person" | "restored", untilLevel: number | null): Wallet.Event => ({
      type: "WalletPaused",
      data: {
        reason,
        detail: `a ${reason}`,
        actor,
        untilLevel: untilLevel === null ? null : asLevel(untilLevel),
      },
    });
    const log = new RecordedLog();
    log.record(Wallet.stream(PAYER), [pause("person", null), pause("restored", 9), pause("restored", 12)]);
    log.record(Wallet.stream(PAYER), [{ type: "WalletResumed", data: { reason: "person", actor } }]);
    expect(foldProjection(walletProjection, log.events)["wallet_pauses"]).to.deep.equal([
      { wallet: PAYER, reason: "restored", detail: "a restored", actor, until_level: 12, since: at(2) },
    ]);
  });

  it("has no term once another wallet pays", () => {
    const log = new RecordedLog();
    const identity = { systemIdentifier: "7", timeline: 1, databaseOid: 5 };
    const CHAIN = chainId.parse("NetXdQprcVkpaWU");
    log.record(Wallet.stream(PAYER), [
      { type: "WalletAdopted", data: { chainId: CHAIN, level: asLevel(9), counter: asCounter(5n) } },
      { type: "TermStarted", data: { token: 3n, lease: 3n, identity, nonce: "1" } },
    ]);
    const wallets = () => foldProjection(walletProjection, log.events)["wallets"];
    const adopted = { wallet: PAYER, chain_id: CHAIN, adopted_level: 9, counter: 5n };
    const term = { token: 3n, term_since: at(1), handed_over_to: null };
    expect(wallets()).to.deep.equal([{ ...adopted, ...term }]);
    log.record(Wallet.stream(PAYER), [{ type: "WalletHandedOver", data: { to: NEXT, actor } }]);
    const left = { wallet: PAYER, chain_id: null, adopted_level: null, counter: 5n };
    expect(wallets()).to.deep.equal([{ ...left, token: null, term_since: null, handed_over_to: NEXT }]);
  });

  it("counts of what was sent by hand that which paid an obligation, in the cycle that it paid", () => {
    const log = new RecordedLog();
    const hash = operationOf("by hand");
    const sent = (amount: bigint | null, fee: bigint, burn: bigint) => ({
      kind: amount === null ? "delegation" : "transaction",
      destination: amount === null ? null : NEXT,
      amount: amount === null ? null : mutez(amount),
      status: "applied" as const,
      fee: mutez(fee),
      burn: mutez(burn),
    });
    const contents = [sent(700n, 10n, 5n), sent(9_000n, 20n, 0n), sent(300n, 30n, 0n), sent(null, 40n, 0n)];
    const counters = { firstCounter: asCounter(6n), lastCounter: asCounter(9n) };
    log.record(Wallet.stream(PAYER), [
      { type: "ForeignOperationFound", data: { hash, level: asLevel(8), ...counters, contents } },
    ]);
    const tables = () => foldProjection(walletProjection, log.events);
    expect(tables()["wallet_spending"]).to.deep.equal([]);
    const cycle = Payment.cycleStream(BAKER, asCycle(12));
    const transfer = Payment.batchStream(BAKER, "rent");
    const obligation = obligationId("delegator", NEXT);
    const pays = [
      { content: 0, payment: cycle, obligation },
      { content: 2, payment: transfer, obligation },
    ];
    for (const { content, payment } of pays) {
      const { fee, burn } = contents[content] ?? expect.fail();
      // Of what it sent only so much was due.
      const paid = { obligation, operation: hash, content, sent: mutez(200n), fee, burn, actor };
      log.record(payment, [{ type: "ObligationPaidOutside", data: paid }]);
    }
    const spent = [
      { wallet: PAYER, cycle: 12, sent: 700n, fees: 10n, burns: 5n, operations: 0n },
      { wallet: PAYER, cycle: null, sent: 300n, fees: 30n, burns: 0n, operations: 0n },
    ];
    expect(tables()["wallet_spending"]).to.deep.equal(spent);
    log.record(Wallet.stream(PAYER), [
      { type: "ForeignOperationClassified", data: { hash, pays, reason: "by hand", actor } },
    ]);
    expect(tables()["wallet_spending"]).to.deep.equal(spent);
    expect(tables()["wallet_foreign_contents"]).to.deep.equal([]);
  });
});
