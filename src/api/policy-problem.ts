// A policy in a body that is none: each problem at its place.
import { BadPolicy } from "../application/commands/policy.js";
import { Problem } from "./problem.js";

/** `at`: where the policy stands, as a JSON pointer into {params, query, body}. */
export const policyProblem = ({ problems }: BadPolicy, at: string): Problem =>
  new Problem("invalid", "this is no policy: see faults", {
    faults: problems.map(({ key, problem }) => ({
      pointer: `${at}/${key.replaceAll(".", "/")}`,
      detail: problem,
    })),
  });

/** What is read of a policy, or the problem with it. */
export const policyIn = <T>(at: string, read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw error instanceof BadPolicy ? policyProblem(error, at) : error;
  }
};
