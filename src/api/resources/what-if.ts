import { z } from "zod";
import { ActRefused } from "../../application/commands/acts.js";
import { readPolicy } from "../../application/commands/policy.js";
import { otherTerms } from "../../application/read-side/what-if.js";
import { cycleNumber } from "../../domain/identifiers.js";
import { type PolicyFile } from "../../domain/reward/policy.js";
import { policyIn } from "../policy-problem.js";
import { Problem } from "../problem.js";
import { deed, type Route } from "../route.js";

const MOST_CYCLES = 20;

const body = z
  .strictObject({
    cycles: z
      .strictObject({ first: cycleNumber, last: cycleNumber })
      .refine(({ first, last }) => first <= last && last - first < MOST_CYCLES, {
        message: `from the first to the last there are 1 to ${MOST_CYCLES} cycles`,
      }),
    policy: z.record(z.string(), z.unknown()).optional().describe("As a policy file has it"),
    preset: z.enum(["taps", "tezpay", "trd"]).optional(),
  })
  .refine(({ policy, preset }) => (policy === undefined) !== (preset === undefined), {
    path: ["policy"],
    message: "name the other terms: a policy or a preset, not both",
  });

const otherPolicy = ({ policy, preset }: z.output<typeof body>): PolicyFile =>
  policyIn("/body/policy", () => readPolicy(policy ?? { preset }));

const computed = async <T>(asked: Promise<T>): Promise<{ readonly value: T }> => {
  try {
    return { value: await asked };
  } catch (error) {
    if (error instanceof ActRefused) throw new Problem("not-computable", error.message);
    throw error;
  }
};

export const whatIfRoutes: readonly Route[] = [
  deed({
    id: "computeWhatIf",
    path: "/whatif",
    tag: "audit",
    summary:
      "What past cycles would have given by another policy, from what the log recorded; writes nothing",
    access: "viewer",
    body,
    result: otherTerms,
    problems: ["not-computable", "busy"],
    answer: ({ inspect }, { body: asked }) => computed(inspect.whatIf(asked.cycles, otherPolicy(asked))),
  }),
];
