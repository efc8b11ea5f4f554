import { Argument, type Command } from "commander";
import { setPolicy, showPolicy } from "../application/commands/policy.js";
import { type Services } from "../application/services.js";
import { type Json, printJson, readJson, show, tell } from "./io.js";

const THEN = "print the policy as it is then, as one JSON object";

export const policyCommand = (program: Command, services: Services): void => {
  const policy = program.command("policy").description("show or set how rewards are shared");
  const done = async (given: unknown, { json }: Json, what: string): Promise<void> => {
    const acts = await services.acts();
    await setPolicy(acts, given);
    if (json) printJson(await showPolicy(acts));
    tell(what);
  };
  policy
    .command("show")
    .description("the policy and the ceilings in force, every key filled in, as a policy file has them")
    .option("--json", "print one JSON object")
    .action(async (options: Json) => show(await showPolicy(await services.view()), options));
  policy
    .command("set")
    .description("set the policy of a file, for every cycle that is not planned yet")
    .argument("<file>", "a policy file (JSON)")
    .option("--json", THEN)
    .action(async (file: string, options: Json) => {
      await done(await readJson(file), options, "the policy is set");
    });
  policy
    .command("preset")
    .description("set a preset; what was agreed with single delegators stays")
    .addArgument(new Argument("<name>", "the preset").choices(["taps", "tezpay", "trd"]))
    .option("--json", THEN)
    .action(async (preset: string, options: Json) => {
      await done({ preset }, options, `the policy is the preset ${preset}`);
    });
};
