// The formulas of ALLOCATION section 3, with the numbers of one row filled in. Amounts in mutez.
import { min, type Mutez } from "../../domain/money.js";
import { sharesIn } from "../../domain/reward/allocate.js";
import { type Shares } from "../../domain/reward/engines/engine.js";
import { type AllocatedRow } from "../../domain/reward/events.js";
import { type RewardInputs } from "../../domain/reward/inputs.js";
import { type Policy, policyWith } from "../../domain/reward/policy.js";
import type * as Reward from "../../domain/reward/reward.js";

interface Filled {
  readonly shares: Shares;
  readonly balance: Mutez;
  readonly row: AllocatedRow;
}

const grossOfTaps = ({ shares: { pool, own, total, delegated }, balance, row }: Filled): string =>
  `gross = floor(P x (T' - O') x b / (T' x D)) = floor(${pool} x (${total} - ${own}) x ${balance} / (${total} x ${delegated})) = ${row.gross}`;

const ENGINES: Readonly<Record<Reward.Allocation["engineVersion"], (filled: Filled) => readonly string[]>> = {
  "taps/1": (filled) => [
    grossOfTaps(filled),
    `net = floor(gross x (10000 - feeBps) / 10000) = floor(${filled.row.gross} x (10000 - ${filled.row.feeBps}) / 10000) = ${filled.row.net}`,
    `fee = gross - net = ${filled.row.gross} - ${filled.row.net} = ${filled.row.fee}`,
  ],
  "tezpay/1": ({ shares: { pool, own, total, delegated }, balance, row }) => {
    const bakers = (pool * own) / total;
    return [
      `baker's share = floor(P x O' / T') = floor(${pool} x ${own} / ${total}) = ${bakers}`,
      `gross = floor((P - baker's share) x b / D) = floor((${pool} - ${bakers}) x ${balance} / ${delegated}) = ${row.gross}`,
      `fee = floor(gross x feeBps / 10000) = floor(${row.gross} x ${row.feeBps} / 10000) = ${row.fee}`,
      `net = gross - fee = ${row.gross} - ${row.fee} = ${row.net}`,
    ];
  },
  "trd/1": ({ shares: { pool, own, total, delegated }, balance, row }) => {
    const share = `${pool} x (${total} - ${own}) x ${balance}`;
    const divisor = `(${total} x ${delegated} x 10000)`;
    return [
      `fee = P x (T' - O') x b x feeBps / (T' x D x 10000), to the nearest = ${share} x ${row.feeBps} / ${divisor} = ${row.fee}`,
      `net = P x (T' - O') x b x (10000 - feeBps) / (T' x D x 10000), to the nearest = ${share} x (10000 - ${row.feeBps}) / ${divisor} = ${row.net}`,
      `gross = net + fee = ${row.net} + ${row.fee} = ${row.gross}`,
    ];
  },
};

const capped = (row: AllocatedRow, policy: Policy): Mutez => {
  const most = policy.terms.get(row.delegator)?.maximumBalance;
  return most === undefined ? row.balance : min(row.balance, most);
};

/** Lines that anybody can reckon after: what each letter stands for, and the steps to the net. */
export const formulaOf = (
  row: AllocatedRow,
  inputs: RewardInputs,
  allocation: Pick<Reward.Allocation, "policy" | "terms" | "delegationLimit" | "engineVersion">,
): readonly string[] => {
  const policy = policyWith(allocation.policy, allocation.terms);
  const shares = sharesIn(inputs, policy, allocation.delegationLimit ?? undefined);
  const balance = capped(row, policy);
  const { pool, own, total, delegated } = shares;
  const letters = [
    `P = ${pool}: income of ${allocation.policy.poolKinds.join(", ") || "no kind"}`,
    `b = ${balance}: the balance that counts${balance === row.balance ? "" : `, of ${row.balance}`}`,
    `D = ${delegated}: balances of all delegators who share`,
    `O' = ${own}: the baker's own delegated balance${own === inputs.ownDelegated ? "" : `, of ${inputs.ownDelegated}`}`,
    `T' = ${total}: all that shares${total === inputs.ownDelegated + delegated ? "" : `, cut at ${allocation.delegationLimit} times the own stake of ${inputs.ownStaked}`}`,
  ];
  if (row.status === "skip" && row.reason !== "zero") return [...letters, "it is in no share: gross = 0"];
  if (delegated === 0n || total === 0n) return [...letters, "nobody shares: gross = 0"];
  return [...letters, ...ENGINES[allocation.engineVersion]({ shares, balance, row })];
};
