// Rewards: the numbers behind each amount.
import { type Answer } from "../../application/read-side/answer.js";
import { type Page, type PageRequest } from "../../application/read-side/page.js";
import { rewardRow, type RewardRow } from "../../application/read-side/rewards.js";
import { type Address, type Cycle, type TzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { answer, columnsOf, Parameters, rowsOf } from "./answer.js";
import { pageOf } from "./page.js";

const SOURCE = { model: "rewards", tables: ["rewards"] } as const;

const FROM = "read.rewards AS t";
const byDelegator = { name: "delegator", column: "t.delegator", type: "text" } as const;
const byNet = { name: "net", column: "t.net", type: "bigint" } as const;

/** A page of one cycle's rewards. */
export const rewardsOfCycle = (
  transact: Transact,
  { baker, cycle }: { readonly baker: TzAddress; readonly cycle: Cycle },
  request: PageRequest & { readonly sort: "delegator" | "net" },
): Promise<Answer<Page<RewardRow>>> =>
  answer(transact, SOURCE, (session) =>
    pageOf(
      session,
      {
        list: `rewards of ${cycle} by ${request.sort}`,
        shape: rewardRow,
        from: FROM,
        where: (parameters) => [
          `t.baker = ${parameters.add(baker, "text")}`,
          `t.cycle = ${parameters.add(cycle, "integer")}`,
        ],
        order: request.sort === "net" ? [byNet, byDelegator] : [byDelegator],
      },
      request,
    ),
  );

/** A page of one delegator's rewards, by cycle. */
export const rewardsOfDelegator = (
  transact: Transact,
  { baker, delegator }: { readonly baker: TzAddress; readonly delegator: Address },
  request: PageRequest,
): Promise<Answer<Page<RewardRow>>> =>
  answer(transact, SOURCE, (session) =>
    pageOf(
      session,
      {
        list: `rewards of ${delegator}`,
        shape: rewardRow,
        from: FROM,
        where: (parameters) => [
          `t.baker = ${parameters.add(baker, "text")}`,
          `t.delegator = ${parameters.add(delegator, "text")}`,
        ],
        order: [{ name: "cycle", column: "t.cycle", type: "integer" }],
      },
      request,
    ),
  );

/** What one delegator earned in one cycle; undefined: no allocation that stands names it. */
export const reward = (
  transact: Transact,
  {
    baker,
    cycle,
    delegator,
  }: { readonly baker: TzAddress; readonly cycle: Cycle; readonly delegator: Address },
): Promise<Answer<RewardRow | undefined>> =>
  answer(transact, SOURCE, async (session) => {
    const parameters = new Parameters();
    const text =
      `SELECT ${columnsOf(rewardRow)} FROM ${FROM} WHERE t.baker = ${parameters.add(baker, "text")} ` +
      `AND t.cycle = ${parameters.add(cycle, "integer")} AND t.delegator = ${parameters.add(delegator, "text")}`;
    return (await rowsOf(session, rewardRow, text, parameters.values))[0];
  });
