import { expect } from "chai";
import { asCounter, asLevel, chainId } from "../../../src/domain/identifiers.js";
import * as Wallet from "../../../src/domain/wallet/wallet.js";
import { walletProjection } from "../../../projections/wallet.js";
import { foldProjection } from "../../support/fold.js";
import { addressOf } from "../../support/identifiers.js";
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
});
