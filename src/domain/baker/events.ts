import { z } from "zod";
import { defineEvent } from "../event.js";
import { address, chainId, cycleNumber, tzAddress } from "../identifiers.js";
import { basisPoints, mutezCodec } from "../money.js";
import { ceilingsCodec } from "../payment/ceilings.js";
import { allocationPolicyCodec, termsRowCodec } from "../reward/policy-codec.js";

export const mode = z.enum(["off", "simulation", "on"]);
export type Mode = z.infer<typeof mode>;

const BakerRegistered = defineEvent("BakerRegistered", 1, { chainId, firstCycle: cycleNumber });
/** Until the first plan. */
const FirstCycleSet = defineEvent("FirstCycleSet", 1, { firstCycle: cycleNumber, actor: z.string() });
const PayerSet = defineEvent("PayerSet", 1, { payer: tzAddress, actor: z.string() });
const PolicyChanged = defineEvent("PolicyChanged", 1, { policy: allocationPolicyCodec, actor: z.string() });
/** What may be paid without asking. */
const CeilingsSet = defineEvent("CeilingsSet", 1, { ceilings: ceilingsCodec, actor: z.string() });
/** Each row whole: it takes the place of what stood for its delegator. */
const DelegatorTermsSet = defineEvent("DelegatorTermsSet", 1, {
  rows: z.array(termsRowCodec),
  actor: z.string(),
});
/** One delegator's terms. */
const DelegatorTermsRemoved = defineEvent("DelegatorTermsRemoved", 1, {
  delegator: address,
  actor: z.string(),
});
/** All delegators' terms. */
const DelegatorTermsCleared = defineEvent("DelegatorTermsCleared", 1, { actor: z.string() });
/** `amount`: what the member put in, in mutez. One member is the manager, who is paid the charges of all. */
const BondPoolMemberSet = defineEvent("BondPoolMemberSet", 1, {
  member: address,
  amount: mutezCodec,
  chargeBps: basisPoints,
  manager: z.boolean(),
  actor: z.string(),
});
const BondPoolMemberRemoved = defineEvent("BondPoolMemberRemoved", 1, { member: address, actor: z.string() });
/** `fromCycle`: the cycle that was running, the first that is shared; null: switched off. */
const BondPoolSwitched = defineEvent("BondPoolSwitched", 1, {
  fromCycle: cycleNumber.nullable(),
  actor: z.string(),
});
/** `fromCycle`: the cycle that was running; earlier ones ended before the switch. */
const ModeChanged = defineEvent("ModeChanged", 1, { mode, fromCycle: cycleNumber, actor: z.string() });

/** A person asks for a cycle that is not paid by itself. */
const CyclePaymentRequested = defineEvent("CyclePaymentRequested", 1, {
  cycle: cycleNumber,
  actor: z.string(),
});

/** All cycles that are paid by themselves, up to this one, are settled or skipped. */
const CyclesFinished = defineEvent("CyclesFinished", 1, { through: cycleNumber });

export const Event = z.discriminatedUnion("type", [
  BakerRegistered,
  FirstCycleSet,
  PayerSet,
  PolicyChanged,
  CeilingsSet,
  DelegatorTermsSet,
  DelegatorTermsRemoved,
  DelegatorTermsCleared,
  BondPoolMemberSet,
  BondPoolMemberRemoved,
  BondPoolSwitched,
  ModeChanged,
  CyclePaymentRequested,
  CyclesFinished,
]);
export type Event = z.infer<typeof Event>;
