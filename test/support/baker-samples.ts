// A baker's events, for tests of its decisions.
import type * as Baker from "../../src/domain/baker/baker.js";
import { asCycle, chainId } from "../../src/domain/identifiers.js";
import { basisPoints, mutez } from "../../src/domain/money.js";
import { type TermsRow } from "../../src/domain/reward/policy-codec.js";
import { addressOf } from "./identifiers.js";
import { POLICY } from "./payouts.js";

export const actor = "ana";
export const MAINNET = chainId.parse("NetXdQprcVkpaWU");
export const payer = addressOf("payer");

export const registered: Baker.Event = {
  type: "BakerRegistered",
  data: { chainId: MAINNET, firstCycle: asCycle(750) },
};
export const payerSet: Baker.Event = { type: "PayerSet", data: { payer, actor } };
export const policyChanged: Baker.Event = { type: "PolicyChanged", data: { policy: POLICY, actor } };
export const CEILINGS = {
  operation: mutez(1n),
  cycle: mutez(2n),
  deviationFromLastCyclesPct: 3,
  operationFee: mutez(4n),
};
export const ceilingsSet: Baker.Event = { type: "CeilingsSet", data: { ceilings: CEILINGS, actor } };
export const cleared: Baker.Event = { type: "DelegatorTermsCleared", data: { actor } };
export const termsSet = (rows: TermsRow[]): Baker.Event => ({
  type: "DelegatorTermsSet",
  data: { rows, actor },
});

export const termsOf = (n: number): TermsRow => ({
  delegator: addressOf(n),
  feeBps: basisPoints.parse(n % 10_000),
});
export const full: TermsRow = {
  delegator: addressOf("full"),
  feeBps: basisPoints.parse(0),
  recipient: addressOf("savings"),
  status: "suspend",
  maximumBalance: mutez(5_000_000n),
};
