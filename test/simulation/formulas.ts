// Who is due what, by the pages ALLOCATION and PAYMENT, without the code that works it out.
import { type DomainEvent } from "../../src/domain/events.js";
import { type Address } from "../../src/domain/identifiers.js";
import { mutez } from "../../src/domain/money.js";
import { type AllocatedRow } from "../../src/domain/reward/events.js";
import { type AllocationPolicy, type TermsRow } from "../../src/domain/reward/policy-codec.js";
import { type Delegation } from "../support/world/reward-lists.js";

/** What the world's source says of every cycle (`RewardLists.pages`), in mutez. */
const SHARED = 12_345_678n + 9_876_543n + 1_111_111n + 54_321n;
const OWN_DELEGATED = 5_000_000_000n;

/** What a cycle shares, in mutez. */
export const poolOf = (cycle: number): bigint => SHARED + BigInt(cycle);

export type Allocated = Extract<DomainEvent, { type: "RewardsAllocated" }>["data"] & {
  readonly rows: readonly AllocatedRow[];
};

/** ALLOCATION sections 2 to 4 for the default engine, and a baker within the limit. */
export const allocatedTo = (
  list: readonly Delegation[],
  cycle: number,
  policy: AllocationPolicy,
  terms: readonly TermsRow[],
) => {
  const counted = list.map(({ address, balance }) => {
    const own = terms.find(({ delegator }) => delegator === address);
    const most = own?.maximumBalance ?? balance;
    const counts = balance < most ? balance : most;
    const isBelow = counts < policy.minimumBalance;
    const leaves =
      own?.status === "ignore" ||
      (own?.status !== "suspend" && isBelow && policy.belowMinimumBalance === "share");
    return { address, own, counts, isBelow, leaves };
  });
  const total = counted.reduce((sum, { counts, leaves }) => sum + (leaves ? 0n : counts), OWN_DELEGATED);
  const pool = poolOf(cycle);
  return counted.map(({ address, own, counts, isBelow, leaves }) => {
    const gross = leaves ? 0n : (pool * counts) / total;
    const net = (gross * BigInt(10_000 - (own?.feeBps ?? policy.feeBps))) / 10_000n;
    const outcome = (): Pick<AllocatedRow, "status" | "reason"> => {
      if (own?.status === "ignore") return { status: "skip", reason: "ignored" };
      if (own?.status === "suspend") return { status: "keep", reason: "suspended" };
      if (isBelow) return { status: leaves ? "skip" : "keep", reason: "below-minimum-balance" };
      if (net === 0n) return { status: "skip", reason: "zero" };
      if (net < policy.minimumPayout)
        return { status: policy.belowMinimumPayout, reason: "below-minimum-payout" };
      return { status: "pay", reason: null };
    };
    return {
      ...{ delegator: address, recipient: own?.recipient ?? address },
      ...{ gross: mutez(gross), fee: mutez(gross - net), net: mutez(net) },
      ...outcome(),
    };
  });
};

/** PAYMENT section 1: what each delegator is owed now, with the balance that was taken. */
export const plannedFor = (
  { rows, policy }: Allocated,
  taken: ReadonlyMap<Address, bigint>,
  payer: Address,
) =>
  rows.flatMap(({ delegator, recipient, net, status, reason }) => {
    const isPayable = status === "pay" || reason === "zero" || reason === "below-minimum-payout";
    const owed = net + (taken.get(delegator) ?? 0n);
    if (!isPayable || owed <= 0n || owed < policy.minimumPayout) return [];
    return [{ delegator, recipient, due: mutez(owed), self: delegator === payer || recipient === payer }];
  });
