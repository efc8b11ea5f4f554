import { Argument, type Command } from "commander";
import { setPolicy, showPolicy } from "../application/commands/policy.js";
import { type Services } from "../application/services.js";
import { type Json, readJson, show, tell } from "./io.js";

export const policyCommand = (program: Command, services: Services): void => {
  const policy = program.command("policy").description("show or set how rewards are shared");
  policy
    .command("show")
    .description("the policy in force, every key filled in")
    .option("--json", "print one JSON object")
    .action(async (options: Json) => show(await showPolicy(await services.view()), options));
  policy
    .command("set")
    .description("set the policy of a file, for every cycle that is not planned yet")
    .argument("<file>", "a policy file (JSON)")
    .action(async (file: string) => {
      await setPolicy(await services.acts(), await readJson(file));
      tell("the policy is set");
    });
  policy
    .command("preset")
    .description("set a preset; what was agreed with single delegators stays")
    .addArgument(new Argument("<name>", "the preset").choices(["taps", "tezpay", "trd"]))
    .action(async (preset: string) => {
      await setPolicy(await services.acts(), { preset });
      tell(`the policy is the preset ${preset}`);
    });
};
