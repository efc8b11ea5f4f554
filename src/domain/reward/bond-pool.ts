// What a settled cycle leaves to those who put up the baker's bond (ALLOCATION section 4, "Bond pool").
import { type Address } from "../identifiers.js";
import { type BasisPoints, floorDiv, max, type Mutez, mutez, sumOf, ZERO } from "../money.js";
import { type Allocation } from "./allocate.js";

/** `amount`: what the member put in, in mutez. */
export interface BondPoolMember {
  readonly member: Address;
  readonly amount: Mutez;
  readonly chargeBps: BasisPoints;
}

/** The manager is paid the charges of all members, beside what is its own as a member. */
export interface BondPool {
  readonly members: readonly BondPoolMember[];
  readonly manager: Address;
}

/** A cycle whose payments are final; all amounts in mutez. */
export interface SettledCycle {
  readonly allocation: Pick<Allocation, "bakerShare" | "feeTotal" | "dust" | "rows">;
  /** Nets below the minimum payout that the payout's plan left with the baker. */
  readonly keptByPlan: Mutez;
  /** Fees and burns of the cycle's final operations that the baker paid. */
  readonly networkCosts: Mutez;
}

/** What each is paid, in mutez: base = sum of the nets + charges + rest. */
export interface BondPoolSplit {
  /** What stayed with the baker; where it is 0 or less nobody is paid. */
  readonly base: Mutez;
  /** In the order of the members. */
  readonly shares: readonly (BondPoolMember & {
    readonly gross: Mutez;
    readonly charge: Mutez;
    readonly net: Mutez;
  })[];
  /** The manager's one transfer. */
  readonly charges: Mutez;
  /** What stays with the baker. */
  readonly rest: Mutez;
}

/** What a balance from earlier cycles lifts over the minimum payout is paid: of such nets only the plan knows. */
const keptOf = ({ allocation, keptByPlan }: SettledCycle): Mutez =>
  mutez(
    keptByPlan +
      sumOf(allocation.rows, ({ status, reason, net }) =>
        status === "keep" && reason !== "below-minimum-payout" ? net : ZERO,
      ),
  );

const baseOf = (cycle: SettledCycle): Mutez => {
  const { bakerShare, feeTotal, dust } = cycle.allocation;
  return mutez(bakerShare + feeTotal + keptOf(cycle) + dust - cycle.networkCosts);
};

/** Shares what stayed with the baker among the bond pool's members, by what each put in. */
export const splitBondPool = (cycle: SettledCycle, members: readonly BondPoolMember[]): BondPoolSplit => {
  const base = baseOf(cycle);
  const shared = max(base, ZERO);
  const putIn = sumOf(members, ({ amount }) => amount);
  const shares = members.map(({ member, amount, chargeBps }) => {
    const gross = putIn === 0n ? ZERO : mutez(floorDiv(shared * amount, putIn));
    const charge = mutez(floorDiv(gross * BigInt(chargeBps), 10_000n));
    return { member, amount, chargeBps, gross, charge, net: mutez(gross - charge) };
  });
  return {
    base,
    shares,
    charges: sumOf(shares, ({ charge }) => charge),
    rest: mutez(base - sumOf(shares, ({ gross }) => gross)),
  };
};
