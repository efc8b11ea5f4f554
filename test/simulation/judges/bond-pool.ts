// How what a cycle leaves with the baker is shared (ALLOCATION section 4), without the code that works it out.
import { isDeepStrictEqual } from "node:util";
import { type DomainEvent } from "../../../src/domain/events.js";
import { type LoggedFact } from "../../support/world/installation.js";
import { poolOf } from "../formulas.js";
import { History } from "./history.js";
import { type Rewards } from "./rewards.js";
import { type Standings } from "./standings.js";

type Of<T extends DomainEvent["type"]> = Extract<DomainEvent, { type: T }>["data"];
type Member = Omit<Of<"BondPoolMemberSet">, "actor">;
type Shared = Of<"BondPoolShared">;

interface Pool {
  readonly since: number | null;
  readonly members: ReadonlyMap<string, Member>;
}

const isBond = (stream: string): boolean => /_bond_\d+$/.test(stream);
const bondOf = (cycle: number, stream: string): string => `payment-${bakerIn(stream)}_bond_${cycle}`;
const bakerIn = (stream: string): string => /-([^_]+)_/.exec(stream)?.[1] ?? "";
const cycleIn = (stream: string): number => Number(stream.split("_").at(-1));

/** What is left to share by a pool, of what a cycle left less its costs. */
const sharedBy = ({ members }: Pool, base: bigint, networkCosts: bigint) => {
  const all = [...members.values()];
  const total = all.reduce((sum, { amount }) => sum + amount, 0n);
  const shares = all.map(({ member, amount, chargeBps }) => {
    const gross = base > 0n ? (base * amount) / total : 0n;
    const charge = (gross * BigInt(chargeBps)) / 10_000n;
    return { member, amount, chargeBps, gross, charge, net: gross - charge };
  });
  const charges = shares.reduce((sum, { charge }) => sum + charge, 0n);
  const rest = shares.reduce((left, { gross }) => left - gross, base);
  const manager = all.find((member) => member.manager)?.member;
  return { networkCosts, base, shares, manager, charges, rest };
};

export class BondPoolJudge {
  private readonly pool = new History<Pool>({ since: null, members: new Map() });
  private readonly shared = new Map<string, Shared>();

  constructor(
    private readonly standings: Standings,
    private readonly rewards: Rewards,
  ) {}

  judge({ stream, event }: LoggedFact, since: number, place: number): void {
    const { now } = this.pool;
    switch (event.type) {
      case "BondPoolMemberSet": {
        const { actor: _, ...member } = event.data;
        const members = new Map(now.members).set(member.member, member);
        return this.pool.push(place, { ...now, members });
      }
      case "BondPoolMemberRemoved": {
        const members = new Map([...now.members].filter(([member]) => member !== event.data.member));
        return this.pool.push(place, { ...now, members });
      }
      case "BondPoolSwitched":
        return this.pool.push(place, { ...now, since: event.data.fromCycle });
      case "BondPoolShared":
        return this.judgeShared(stream, event.data, since);
      case "PayoutPlanned":
        if (isBond(stream)) this.judgePlan(stream);
        return;
      case "CycleSettled":
        return this.judgeSettled(stream, since);
      default:
    }
  }

  /** Once all that the cycle owes is final, carried or held, by terms that were in force, of what is left. */
  private judgeShared(stream: string, shared: Shared, since: number): void {
    const cycle = cycleIn(stream);
    const payment = stream.replace("_bond_", "_");
    const { plan, isCompleted, costs } = this.standings.get(payment);
    if (!plan || !isCompleted) throw new Error(`${stream} shares what ${payment} has not paid yet`);
    if (this.standings.get(stream).plan) throw new Error(`${stream} is shared twice`);
    const nets = this.rewards
      .ofPayment(payment)
      .rows.filter(
        ({ status, reason }) => status === "pay" || status === "carry" || reason === "below-minimum-payout",
      )
      .reduce((sum, { net }) => sum + net, 0n);
    const left = poolOf(cycle) - nets + plan.kept;
    const pools = this.pool.since(since).filter((pool) => pool.since !== null && pool.since <= cycle);
    const isRight = costs.since(since).some((cost) => {
      const networkCosts = cost > 0n ? cost : 0n;
      return pools.some((pool) =>
        isDeepStrictEqual(shared, sharedBy(pool, left - networkCosts, networkCosts)),
      );
    });
    if (!isRight) throw new Error(`${stream} shares ${shared.base} of ${left}, or not by the terms in force`);
    this.shared.set(stream, shared);
  }

  private judgePlan(stream: string): void {
    const { shares, charges, manager } = this.shared.get(stream) ?? {};
    const owed = [
      ...(shares ?? []).map(({ member, net }) => [`member:${member}`, member, net] as const),
      [`manager:${manager}`, manager, charges ?? 0n] as const,
    ].filter(([, , sum]) => sum > 0n);
    const found = this.standings
      .get(stream)
      .rows.map(({ id, delegator, recipient, due }) => [id, delegator === recipient ? recipient : "?", due]);
    const inOrder = (rows: readonly (readonly unknown[])[]) => [...rows].map(String).sort();
    if (shares === undefined || !isDeepStrictEqual(inOrder(found), inOrder(owed)))
      throw new Error(`${stream} plans ${inOrder(found).join(" ")}, not ${inOrder(owed).join(" ")}`);
  }

  /** A cycle that is settled is not looked at again: its pool is shared by then. */
  private judgeSettled(stream: string, since: number): void {
    const cycle = cycleIn(stream);
    const isOn = this.pool.since(since).every((pool) => pool.since !== null && pool.since <= cycle);
    if (isOn && !this.standings.get(bondOf(cycle, stream)).plan)
      throw new Error(`${stream} is settled, and what it left is not shared`);
  }
}
