// The source's list of delegators is another one from one look to the next, or from one page to the next.
import { type Delegation, type RewardLists } from "../support/world/reward-lists.js";
import { type Chance } from "./chance.js";

export type Revision =
  /** One delegator more or less has so much, in tez. */
  | { readonly is: "balance"; readonly delegator: number; readonly tez: number }
  /** One delegator has had a part of what another is said to have: no sum changes. */
  | { readonly is: "moved"; readonly from: number; readonly to: number }
  /** One delegator is not in it any more. */
  | { readonly is: "left"; readonly delegator: number }
  /** All that were in the first one are in it. */
  | { readonly is: "whole" };

export const drawRevision = (chance: Chance, delegators: number): Revision =>
  chance.oneOf<Revision>([
    { is: "balance", delegator: chance.below(delegators), tez: chance.between(0, 5_000) },
    { is: "moved", from: chance.below(delegators), to: chance.below(delegators) },
    { is: "left", delegator: chance.below(delegators) },
    { is: "whole" },
  ]);

/** Fewer delegators than this are left to none. */
const FEWEST = 2;

export const revise = (rewards: RewardLists, first: readonly Delegation[], revision: Revision): void =>
  rewards.revise((list) => {
    const nth = (n: number) => list[n % list.length]?.address;
    const withBalance = (n: number, of: (balance: bigint) => bigint) =>
      list.map((row) => (row.address === nth(n) ? { ...row, balance: of(row.balance) } : row));
    switch (revision.is) {
      case "balance":
        return withBalance(revision.delegator, () => BigInt(revision.tez) * 1_000_000n);
      case "left":
        return list.length > FEWEST
          ? list.filter(({ address }) => address !== nth(revision.delegator))
          : list;
      case "whole":
        return first;
      case "moved": {
        const from = nth(revision.from);
        const to = nth(revision.to);
        if (from === to) return list;
        const half = (list.find(({ address }) => address === from)?.balance ?? 0n) / 2n;
        return list.map((row) => {
          if (row.address === from) return { ...row, balance: row.balance - half };
          return row.address === to ? { ...row, balance: row.balance + half } : row;
        });
      }
    }
  });
