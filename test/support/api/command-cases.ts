// One case of every command: the world that it is said in, and what it writes.
import { switchMode } from "../../../src/application/commands/mode.js";
import { sendTransfers } from "../../../src/application/commands/money.js";
import { sha256 } from "../../../src/domain/digest.js";
import { type DomainEvent } from "../../../src/domain/events.js";
import { asCycle, type Digest } from "../../../src/domain/identifiers.js";
import { mutez } from "../../../src/domain/money.js";
import * as Payment from "../../../src/domain/payment/payment.js";
import { BAKER, someTz } from "../chain-model.js";
import { addressOf } from "../rewards.js";
import { paidByHand } from "../world/by-hand.js";
import { waiting } from "../world/carrying.js";
import { dataOf } from "../world/events.js";
import { runTo } from "../world/moments.js";
import { actsOf } from "../world/people.js";
import { referenceWorld } from "../world/scenario.js";
import { type World } from "../world/world.js";
import { type Said } from "./commanded-world.js";

const DELEGATOR = addressOf(3);
const SHOP = someTz("a shop");
const FILE = `address,tez\n${SHOP},1.5\n`;
const PLANNED = Payment.cycleStream(BAKER, asCycle(0));
const digestOf = (text: string): Digest => sha256(Buffer.from(text));
const planOf = (world: World): Digest | undefined => dataOf(world, "PayoutPlanned").at(-1)?.digest;

const begun = async (): Promise<World> => {
  const world = referenceWorld();
  await world.setUp();
  return world;
};
const until = async (type: DomainEvent["type"]): Promise<World> => {
  const world = await begun();
  await runTo(world, type);
  return world;
};
const planned = () => until("PayoutPlanned");
const seen = () => until("CycleOpened");
/** A batch was asked for, and a switch to off has withdrawn it. */
const withdrawn = async (): Promise<World> => {
  const world = await begun();
  await sendTransfers(actsOf(world), digestOf(FILE), [{ to: SHOP, amount: mutez(1_500_000n) }]);
  await switchMode(actsOf(world), "off");
  await switchMode(actsOf(world), "on");
  return world;
};

/** A command that can be carried out as things stand, once. */
export interface CommandCase {
  readonly id: string;
  readonly world: () => Promise<World>;
  /** What is said before it. */
  readonly before?: readonly Said[];
  readonly said: Said | ((world: World) => Said);
  /** Types of the events that it writes. */
  readonly writes: readonly string[];
  /** Beside the position. */
  readonly answers?: Record<string, unknown>;
  /** Why the same under another key is refused; undefined: it is so already. */
  readonly anew?: { readonly refused: string };
}

export const commandCases: readonly CommandCase[] = [
  {
    id: "setSettings",
    world: begun,
    said: { command: "PUT /settings", body: { feeBps: 700 }, headers: { "if-match": '"2"' } },
    writes: ["PolicyChanged"],
    anew: { refused: "changed-since" },
  },
  {
    id: "switchMode",
    world: begun,
    said: { command: "PUT /status/mode", body: { mode: "off" } },
    writes: ["WalletPaused", "ModeChanged"],
  },
  {
    id: "pause",
    world: begun,
    said: { command: "PUT /pause", body: { reason: "lunch" } },
    writes: ["WalletPaused"],
  },
  {
    id: "resume",
    world: begun,
    before: [{ command: "PUT /pause", body: { reason: "lunch" } }],
    said: { command: "DELETE /pause" },
    writes: ["WalletResumed"],
    answers: { lifted: [{ reason: "person", detail: "lunch" }], stops: [] },
  },
  {
    id: "setTerms",
    world: begun,
    before: [{ command: `PUT /delegators/${DELEGATOR}/terms`, body: { feeBps: 100, status: "suspend" } }],
    said: { command: `PUT /delegators/${DELEGATOR}/terms`, body: { feeBps: 300 } },
    writes: ["DelegatorTermsRemoved", "DelegatorTermsSet"],
  },
  {
    id: "clearTerms",
    world: begun,
    before: [{ command: `PUT /delegators/${DELEGATOR}/terms`, body: { feeBps: 100 } }],
    said: { command: `DELETE /delegators/${DELEGATOR}/terms` },
    writes: ["DelegatorTermsRemoved"],
  },
  {
    id: "setBondPoolMember",
    world: begun,
    said: {
      command: `PUT /bond-pool/members/${DELEGATOR}`,
      body: { amount: "5000000", chargeBps: 0, manager: true },
    },
    writes: ["BondPoolMemberSet"],
  },
  {
    id: "removeBondPoolMember",
    world: begun,
    before: [
      {
        command: `PUT /bond-pool/members/${DELEGATOR}`,
        body: { amount: "5000000", chargeBps: 0, manager: true },
      },
    ],
    said: { command: `DELETE /bond-pool/members/${DELEGATOR}` },
    writes: ["BondPoolMemberRemoved"],
    answers: { wasMember: true },
  },
  {
    id: "switchBondPool",
    world: begun,
    before: [
      {
        command: `PUT /bond-pool/members/${DELEGATOR}`,
        body: { amount: "5000000", chargeBps: 0, manager: true },
      },
    ],
    said: { command: "PUT /bond-pool/mode", body: { mode: "on" } },
    writes: ["BondPoolSwitched"],
  },
  {
    id: "payCycle",
    world: begun,
    said: { command: "POST /cycles/0/pay", body: {} },
    writes: ["CyclePaymentRequested"],
    answers: { held: null },
  },
  {
    id: "holdCycle",
    world: planned,
    said: { command: "POST /cycles/0/hold", body: { reason: "looks odd" }, by: "operator" },
    writes: ["CycleHeld"],
  },
  {
    id: "releaseCycle",
    world: planned,
    before: [{ command: "POST /cycles/0/hold", body: { reason: "looks odd" } }],
    said: { command: "POST /cycles/0/release", by: "operator" },
    writes: ["CycleReleased"],
    answers: { wasHeld: true },
  },
  {
    id: "recomputeCycle",
    world: () => until("RewardInputsRecorded"),
    said: { command: "POST /cycles/0/recompute", body: { reason: "TzKT was wrong" } },
    writes: ["RewardInputsSuperseded"],
  },
  {
    id: "skipCycle",
    world: seen,
    said: { command: "POST /cycles/0/skip", body: { reason: "paid by hand" } },
    writes: ["CycleSkipped"],
  },
  {
    id: "approvePayout",
    world: waiting,
    said: (world) => ({
      command: "POST /payouts/1/approve",
      body: { digest: planOf(world) },
      by: "operator",
    }),
    writes: ["PayoutApproved"],
  },
  {
    id: "rejectPayout",
    world: waiting,
    said: (world) => ({
      command: `POST /payouts/${Payment.cycleStream(BAKER, asCycle(1))}/reject`,
      body: { digest: planOf(world), reason: "too much" },
    }),
    writes: ["CycleHeld", "AllocationReopened", "PayoutRejected", "CarriedRows", "BalancesCarried"],
  },
  {
    id: "resumePayout",
    world: withdrawn,
    said: { command: `POST /payouts/batch_${digestOf(FILE)}/resume` },
    writes: ["PaymentRequested"],
  },
  {
    id: "holdPayment",
    world: planned,
    said: {
      command: `POST /payments/0/delegator:${DELEGATOR}/hold`,
      body: { reason: "looks odd" },
      by: "operator",
    },
    writes: ["ObligationHeld"],
  },
  {
    id: "releasePayment",
    world: planned,
    before: [{ command: `POST /payments/0/delegator:${DELEGATOR}/hold`, body: { reason: "looks odd" } }],
    said: { command: `POST /payments/${PLANNED}/delegator:${DELEGATOR}/release`, by: "operator" },
    writes: ["ObligationReleased", "CyclePaymentRequested", "CycleReopened"],
    anew: { refused: "not-held" },
  },
  {
    id: "adjustLedger",
    world: begun,
    said: {
      command: "POST /ledger/adjustments",
      body: { delegator: DELEGATOR, amount: "1500000", reason: "correction", reference: "ticket 7" },
    },
    writes: ["AdjustmentRecorded"],
    answers: { balance: "1500000" },
  },
  {
    id: "sendBatch",
    world: begun,
    said: { command: "POST /batches", body: { csv: FILE, digest: digestOf(FILE) } },
    writes: ["ObligationsAdded", "PayoutPlanned", "PaymentRequested"],
    answers: { payment: Payment.batchStream(BAKER, digestOf(FILE)) },
  },
  {
    id: "sendTransfer",
    world: begun,
    said: { command: "POST /wallet/transfer", body: { to: SHOP, amount: "2500000", id: "rent.2026.11" } },
    writes: ["ObligationsAdded", "PayoutPlanned", "PaymentRequested"],
    answers: { payment: Payment.batchStream(BAKER, "rent.2026.11") },
  },
  {
    id: "delegateWallet",
    world: begun,
    said: { command: "POST /wallet/delegate", body: { to: BAKER } },
    writes: ["DelegationRequested"],
    anew: { refused: "delegation-pending" },
  },
  {
    id: "settleDelegator",
    world: begun,
    before: [
      {
        command: "POST /ledger/adjustments",
        body: { delegator: SHOP, amount: "1500000", reason: "correction", reference: "ticket 7" },
      },
    ],
    said: { command: `POST /delegators/${SHOP}/settle`, body: { reason: "it has left" } },
    writes: ["SettlementTaken", "ObligationsAdded", "PayoutPlanned", "PaymentRequested"],
    answers: {
      payment: Payment.settlementStream(BAKER, SHOP, 1),
      amount: "1500000",
      recipient: SHOP,
    },
  },
  {
    id: "classifyOperation",
    world: async () => (await paidByHand(SHOP, () => 1_000_000n)).world,
    said: (world) => ({
      command: `POST /operations/${dataOf(world, "ForeignOperationFound")[0]?.hash}/classify`,
      body: { was: "unrelated", reason: "a coffee" },
    }),
    writes: ["ForeignOperationClassified"],
    answers: { pays: [] },
    anew: { refused: "not-foreign" },
  },
];
