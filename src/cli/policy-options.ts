// The options by which a command takes a policy: a file or a preset, not both.
import { type Command, Option } from "commander";
import { readJson } from "./io.js";

export interface PolicyOptions {
  readonly policy?: string;
  readonly preset?: string;
}

export const withPolicyOptions = (command: Command): Command =>
  command
    .option("--policy <file>", "a policy file (JSON)")
    .addOption(
      new Option("--preset <name>", "a preset").choices(["taps", "tezpay", "trd"]).conflicts("policy"),
    );

/** The content of the policy file that is named, or what stands for one. */
export const policyFile = ({ policy, preset }: PolicyOptions): unknown => {
  if (policy === undefined) return preset === undefined ? {} : { preset };
  return readJson(policy);
};
