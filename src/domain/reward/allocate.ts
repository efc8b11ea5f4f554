import { min, type Mutez, mutez, sumOf, ZERO } from "../money.js";
import { type Engine, type EngineVersion, type Shares, type Split } from "./engines/engine.js";
import { type AllocatedRow } from "./events.js";
import { type DelegatorBalance, type RewardInputs } from "./inputs.js";
import { engineOf, type Policy } from "./policy.js";
import { type AllocationPolicy, INCOME_KINDS, type IncomeKind, type TermsRow } from "./policy-codec.js";

/** Who is owed what of one cycle, in mutez. `pool = bakerShare + feeTotal + distributed + carried + kept + dust`. */
export interface Allocation {
  readonly engineVersion: EngineVersion;
  readonly pool: Mutez;
  /** A kind outside the policy's `poolKinds` is 0. */
  readonly poolByKind: Readonly<Record<IncomeKind, Mutez>>;
  readonly bakerShare: Mutez;
  readonly feeTotal: Mutez;
  readonly distributed: Mutez;
  readonly carried: Mutez;
  readonly kept: Mutez;
  /** What rounding leaves with the baker; below 0 only under `trd/1`. */
  readonly dust: Mutez;
  /** In the order of the inputs. */
  readonly rows: readonly AllocatedRow[];
}

type Outcome = Pick<AllocatedRow, "status" | "reason">;
/** A delegator of the cycle: the balance that counts, and what was decided before any sharing. */
interface Candidate {
  readonly row: DelegatorBalance;
  readonly terms: TermsRow | undefined;
  readonly balance: Mutez;
  /** Undefined: decided by the net amount. */
  readonly outcome: Outcome | undefined;
}

const NOTHING: Split = { gross: ZERO, fee: ZERO, net: ZERO };

/** The first rule that applies, of those that need no amount (ALLOCATION section 4). */
const decidedByTerms = (
  { row, terms, balance }: Omit<Candidate, "outcome">,
  policy: AllocationPolicy,
  engine: Engine,
): Outcome | undefined => {
  if (terms?.status === "ignore") return { status: "skip", reason: "ignored" };
  if (terms?.status === "suspend") return { status: "keep", reason: "suspended" };
  if (engine.isBelow(balance, policy.minimumBalance)) {
    return {
      status: policy.belowMinimumBalance === "share" ? "skip" : "keep",
      reason: "below-minimum-balance",
    };
  }
  if (row.emptied && policy.emptiedAccounts === "skip") return { status: "keep", reason: "emptied" };
  return undefined;
};

const decidedByAmount = (net: Mutez, policy: AllocationPolicy, engine: Engine): Outcome => {
  if (net === 0n) return { status: "skip", reason: "zero" };
  return engine.isBelow(net, policy.minimumPayout)
    ? { status: policy.belowMinimumPayout, reason: "below-minimum-payout" }
    : { status: "pay", reason: null };
};

/** Those whom the terms skip leave the divisor: all others and the baker gain in proportion. */
const leaves = ({ outcome }: Candidate): boolean => outcome?.status === "skip";

const poolOf = ({ income }: RewardInputs, { poolKinds }: AllocationPolicy): Record<IncomeKind, Mutez> => {
  const share = (kind: IncomeKind) => (poolKinds.includes(kind) ? income[kind] : ZERO);
  return {
    blocks: share("blocks"),
    attestations: share("attestations"),
    dal: share("dal"),
    blockFees: share("blockFees"),
    nonceRevelations: share("nonceRevelations"),
    vdfRevelations: share("vdfRevelations"),
  };
};

/**
 * `O'`, `T'` and `D` for a pool. The protocol pays delegated income on at most `delegationLimit` times the baker's
 * own stake, so under protection balances beyond that dilute the delegators, not the baker. Where nothing is
 * staked the limit says nothing.
 */
const sharesOf = (pool: Mutez, inputs: RewardInputs, delegated: Mutez, delegationLimit: number): Shares => {
  const own = inputs.ownDelegated;
  const total = mutez(own + delegated);
  const limit = mutez(BigInt(delegationLimit) * inputs.ownStaked);
  if (limit === 0n) return { pool, own, total, delegated };
  return { pool, own: min(own, limit), total: min(total, limit), delegated };
};

/** The limit that applies, 0 for none. Throws RangeError when the policy needs it and it is not known. */
const limitInForce = (policy: AllocationPolicy, delegationLimit: number | undefined): number => {
  if (!policy.overdelegationProtection) return 0;
  if (delegationLimit === undefined) {
    throw new RangeError("protection against over-delegation needs the protocol's limit");
  }
  return delegationLimit;
};

const candidateOf = (row: DelegatorBalance, policy: Policy, engine: Engine): Candidate => {
  const terms = policy.terms.get(row.delegator);
  const balance = terms?.maximumBalance === undefined ? row.balance : min(row.balance, terms.maximumBalance);
  const outcome = decidedByTerms({ row, terms, balance }, policy.allocation, engine);
  return { row, terms, balance, outcome };
};

/** What decides the shares before any is computed. */
const prepare = (inputs: RewardInputs, policy: Policy, delegationLimit: number | undefined) => {
  const { allocation: rules } = policy;
  const engine = engineOf(rules);
  const candidates = inputs.rows.map((row) => candidateOf(row, policy, engine));
  const poolByKind = poolOf(inputs, rules);
  const pool = sumOf(INCOME_KINDS, (kind) => poolByKind[kind]);
  const delegated = sumOf(candidates, (candidate) => (leaves(candidate) ? ZERO : candidate.balance));
  const shares = sharesOf(pool, inputs, delegated, limitInForce(rules, delegationLimit));
  return { engine, candidates, poolByKind, pool, shares };
};

/** Pool and balances that the formulas of ALLOCATION section 3 are filled with; see `allocate`. */
export const sharesIn = (inputs: RewardInputs, policy: Policy, delegationLimit: number | undefined): Shares =>
  prepare(inputs, policy, delegationLimit).shares;

/**
 * Allocates a cycle's pool (ALLOCATION sections 2 to 4) by the policy's engine.
 * `delegationLimit` is the protocol's `limit_of_delegation_over_baking`; needed if the policy protects against
 * over-delegation (else RangeError), not used otherwise.
 */
export const allocate = (
  inputs: RewardInputs,
  policy: Policy,
  delegationLimit: number | undefined,
): Allocation => {
  const { allocation: rules } = policy;
  const { engine, candidates, poolByKind, pool, shares } = prepare(inputs, policy, delegationLimit);
  const nobodyShares = shares.delegated === 0n;
  const rows = candidates.map((candidate): AllocatedRow => {
    const { row, terms, balance, outcome } = candidate;
    const feeBps = terms?.feeBps ?? rules.feeBps;
    const split = nobodyShares || leaves(candidate) ? NOTHING : engine.split(shares, balance, feeBps);
    return {
      delegator: row.delegator,
      recipient: terms?.recipient ?? row.delegator,
      balance: row.balance,
      feeBps,
      ...split,
      ...(outcome ?? decidedByAmount(split.net, rules, engine)),
    };
  });
  const bakerShare = nobodyShares ? pool : engine.bakerShare(shares);
  const totals = totalsOf(rows, mutez(pool - bakerShare));
  return checked({ engineVersion: engine.version, pool, poolByKind, bakerShare, ...totals, rows });
};

/** Sums by what becomes of the rows; `shared` is what they had to share. */
const totalsOf = (rows: readonly AllocatedRow[], shared: Mutez) => {
  const nets = (status: AllocatedRow["status"]) =>
    sumOf(rows, (row) => (row.status === status ? row.net : ZERO));
  return {
    feeTotal: sumOf(rows, (row) => row.fee),
    distributed: nets("pay"),
    carried: nets("carry"),
    kept: nets("keep"),
    dust: mutez(shared - sumOf(rows, (row) => row.gross)),
  };
};

/** Not one mutez appears or vanishes; a breach is a defect of an engine, and nothing may be paid from it. */
const checked = (allocation: Allocation): Allocation => {
  const { pool, bakerShare, feeTotal, distributed, carried, kept, dust, engineVersion } = allocation;
  const accounted = bakerShare + feeTotal + distributed + carried + kept + dust;
  if (accounted !== pool || (dust < 0n && engineVersion !== "trd/1")) {
    throw new Error(
      `${engineVersion} does not conserve the pool: ${pool} mutez became ${accounted}, dust ${dust}`,
    );
  }
  return allocation;
};
