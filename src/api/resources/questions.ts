// What is worked out from the chain and its index when somebody asks; nothing is written.
import { z } from "zod";
import { describeRefusal } from "../../application/arguments.js";
import { computeCycle } from "../../application/compute-cycle.js";
import { policyOf } from "../../application/policy-of.js";
import { policyFrom } from "../../application/commands/policy.js";
import { bakerOf } from "../../application/aggregates.js";
import { reconcile } from "../../application/queries/reconcile.js";
import { amount } from "../../application/read-side/answer.js";
import { address, cycleNumber, digest, level, operationHash, tzAddress } from "../../domain/identifiers.js";
import { allocatedRow } from "../../domain/reward/events.js";
import { allocationPolicyCodec } from "../../domain/reward/policy-codec.js";
import { actorOf } from "../command.js";
import { type Doing } from "../commanding.js";
import { cycleInPath, nothing } from "../parts.js";
import { policyIn } from "../policy-problem.js";
import { Problem } from "../problem.js";
import { type Asked, question, type Route, type Sources } from "../route.js";

/** An amount that is text already. */
const mutezText = z.string().meta({ description: "An amount in mutez", "x-unit": "mutez" });

const computed = z.object({
  baker: tzAddress,
  cycle: cycleNumber,
  source: z.literal("tzkt"),
  engineVersion: z.string(),
  digest,
  policy: z.looseObject({ preset: allocationPolicyCodec.shape.preset }),
  pool: z.object({ total: mutezText, byKind: z.record(z.string(), mutezText) }),
  balances: z.object({
    ownDelegated: mutezText,
    externalDelegated: mutezText,
    ownStaked: mutezText,
    delegators: z.int(),
  }),
  bakerShare: mutezText,
  feeTotal: mutezText,
  distributed: mutezText,
  carried: mutezText,
  kept: mutezText,
  dust: mutezText,
  delegators: z
    .array(
      z.object({
        delegator: address,
        recipient: address,
        balance: mutezText,
        gross: mutezText,
        feeBps: z.int(),
        fee: mutezText,
        net: mutezText,
        status: allocatedRow.shape.status,
        reason: allocatedRow.shape.reason,
      }),
    )
    .readonly(),
});

const reconciled = z.object({
  payer: tzAddress,
  from: level,
  upTo: level,
  contents: z.int(),
  countersUsed: z.bigint().describe("As many as contents, if all of them are known"),
  complete: z.boolean(),
  operations: z.int(),
  classified: z.int(),
  lost: z.array(z.object({ hash: operationHash, level })).readonly(),
  unknown: z.array(operationHash).readonly(),
  foreign: z
    .array(
      z.object({
        hash: operationHash,
        level: level.optional(),
        claimed: z.array(z.object({ content: z.int(), name: z.string() })).readonly(),
        contents: z
          .array(
            z.object({
              content: z.int(),
              kind: z.string(),
              target: address.nullable(),
              amount: amount.nullable(),
              status: z.string(),
              matches: z.array(z.object({ name: z.string(), due: amount, isExact: z.boolean() })).readonly(),
            }),
          )
          .readonly(),
      }),
    )
    .readonly(),
  explained: z.boolean(),
});

const viewOf = ({ commands }: Sources, { caller, id }: Pick<Asked, "caller" | "id">): Doing["acts"] => {
  if (caller === undefined) throw new Problem("unauthenticated", "show a token");
  return commands.doing({ actor: actorOf(caller), request: id }).acts;
};

export const questionRoutes: readonly Route[] = [
  question({
    id: "simulateCycle",
    path: "/cycles/{cycle}/simulate",
    tag: "cycles",
    summary:
      "Works out from the source who would be owed what for a cycle, by the policy in force or another",
    access: "operator",
    params: cycleInPath,
    body: z.strictObject({
      policy: z
        .record(z.string(), z.unknown())
        .optional()
        .describe("A policy file, or {preset}; default: in force"),
    }),
    result: computed,
    problems: ["refused"],
    answer: async (sources, { params: { cycle }, body, ...asked }) => {
      const { baker, repository } = viewOf(sources, asked);
      const policy =
        body.policy === undefined
          ? policyOf((await repository.load(bakerOf(baker))).state)
          : policyIn("/body/policy", () => policyFrom(body.policy));
      const outcome = await computeCycle({ baker, cycle, policy }, sources.commands.compute);
      if ("computed" in outcome) return { value: outcome.computed };
      throw new Problem("refused", outcome.refused.map(describeRefusal).join("; "), {
        code: outcome.refused[0].check,
      });
    },
  }),
  question({
    id: "reconcile",
    path: "/reconcile",
    tag: "wallet",
    summary: "Holds the log against all that the wallet has signed on chain",
    access: "operator",
    params: nothing,
    body: z.strictObject({}),
    result: reconciled,
    problems: ["refused"],
    answer: async (sources, asked) => ({
      value: await reconcile(viewOf(sources, asked), sources.commands.operations),
    }),
  }),
];
