// What the baker's stream said at each moment: by which terms a cycle may have been allocated and shared, who paid.
import { z } from "zod";
import * as Baker from "../../domain/baker/baker.js";
import { canonicalJson, sha256 } from "../../domain/digest.js";
import { type Address, type Cycle, type Digest, type TzAddress } from "../../domain/identifiers.js";
import { type Mutez } from "../../domain/money.js";
import { type Ceilings, DEFAULT_CEILINGS, type PlanCeilings } from "../../domain/payment/ceilings.js";
import {
  type AllocationPolicy,
  allocationPolicyCodec,
  type TermsRow,
  termsRowCodec,
} from "../../domain/reward/policy-codec.js";
import { bakerOf } from "../aggregates.js";
import { policyOf } from "../policy-of.js";
import { type Position, START } from "../ports/event-store.js";
import { type Span } from "./ceilings.js";
import { eventsOf, type ReadLog } from "./reading.js";

interface PoolTerms {
  readonly members: readonly {
    readonly member: Address;
    readonly amount: Mutez;
    readonly chargeBps: number;
  }[];
  readonly manager: Address;
}

const termsDigest = (policy: AllocationPolicy, terms: readonly TermsRow[]): Digest =>
  sha256(
    canonicalJson([
      z.encode(allocationPolicyCodec, policy),
      terms.map((row) => z.encode(termsRowCodec, row)),
    ]),
  );

const poolDigest = ({ members, manager }: PoolTerms): Digest =>
  sha256(
    canonicalJson([
      members.map(({ member, amount, chargeBps }) => [member, amount.toString(), chargeBps]),
      manager,
    ]),
  );

/** Those that a plan is held against. */
const planned = ({ operationFee: _fee, ...ceilings }: Ceilings): PlanCeilings => ceilings;

const CHANGE_TERMS: ReadonlySet<Baker.Event["type"]> = new Set([
  "PolicyChanged",
  "DelegatorTermsSet",
  "DelegatorTermsRemoved",
  "DelegatorTermsCleared",
  "BondPoolMemberSet",
  "BondPoolMemberRemoved",
] as const);

/** Keeps a digest of each version, not the terms: they may be thousands. */
export class BakerHistory {
  private readonly terms = new Map<Digest, Position>();
  private readonly pools = new Map<Digest, Position>();
  private readonly ceilings = [{ ceilings: planned(DEFAULT_CEILINGS), since: START }];
  private readonly payers: { readonly payer: TzAddress; readonly since: Position }[] = [];
  private state = Baker.initial;
  /** Cycles that the baker's stream names. */
  private readonly named = new Set<Cycle>();

  static async read(log: ReadLog, baker: TzAddress): Promise<BakerHistory> {
    const history = new BakerHistory();
    history.remember(START);
    for await (const { event, position } of eventsOf(log, bakerOf(baker))) {
      history.state = Baker.evolve(history.state, event);
      if (event.type === "PayerSet") history.payers.push({ payer: event.data.payer, since: position });
      if (event.type === "CeilingsSet")
        history.ceilings.push({ ceilings: planned(event.data.ceilings), since: position });
      for (const cycle of cyclesIn(event)) history.named.add(cycle);
      if (CHANGE_TERMS.has(event.type)) history.remember(position);
    }
    return history;
  }

  get now(): Baker.State {
    return this.state;
  }

  /** First and last cycle that the stream names; undefined: none. */
  get cycles(): { readonly first: number; readonly last: number } | undefined {
    const all = [...this.named];
    return all.length > 0 ? { first: Math.min(...all), last: Math.max(...all) } : undefined;
  }

  /** Every wallet that ever paid. */
  get wallets(): readonly TzAddress[] {
    return [...new Set(this.payers.map(({ payer }) => payer))];
  }

  /** Whether policy and terms were in force at some time before a position. */
  hadTerms(policy: AllocationPolicy, terms: readonly TermsRow[], before: Position): boolean {
    return (this.terms.get(termsDigest(policy, terms)) ?? before) < before;
  }

  /** Whether the bond pool was this at some time before a position. */
  hadPool(pool: PoolTerms, before: Position): boolean {
    return (this.pools.get(poolDigest(pool)) ?? before) < before;
  }

  /** Those in force at some time of a span, the newest first. */
  ceilingsIn({ after, before }: Span): readonly PlanCeilings[] {
    const known = this.ceilings.filter(({ since }) => since < before).reverse();
    const older = known.findIndex(({ since }) => since <= after);
    return known.slice(0, older < 0 ? undefined : older + 1).map(({ ceilings }) => ceilings);
  }

  /** Who paid before a position, the newest first: who looked at the log a moment earlier saw an earlier one. */
  payersBefore(position: Position): readonly TzAddress[] {
    const known = this.payers.filter(({ since }) => since < position).map(({ payer }) => payer);
    return [...new Set(known.reverse())];
  }

  private remember(position: Position): void {
    const { allocation, terms } = policyOf(this.state);
    const digest = termsDigest(allocation, [...terms.values()]);
    if (!this.terms.has(digest)) this.terms.set(digest, position);
    const manager = [...this.state.bondPool.members.values()].find((member) => member.manager);
    if (!manager) return;
    const pool = poolDigest({ members: [...this.state.bondPool.members.values()], manager: manager.member });
    if (!this.pools.has(pool)) this.pools.set(pool, position);
  }
}

const cyclesIn = (event: Baker.Event): readonly Cycle[] => {
  switch (event.type) {
    case "BakerRegistered":
    case "FirstCycleSet":
      return [event.data.firstCycle];
    case "ModeChanged":
      return [event.data.fromCycle];
    case "CyclePaymentRequested":
      return [event.data.cycle];
    case "CyclesFinished":
      return [event.data.through];
    default:
      return [];
  }
};
