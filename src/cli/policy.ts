import { readFile } from "node:fs/promises";
import { Argument, type Command } from "commander";
import { setPolicy, showPolicy } from "../application/commands/policy.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { show, tell } from "./io.js";

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, "utf8")) as unknown;
  } catch (error) {
    throw new CommandEnd(
      EXIT.usage,
      `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
};

export const policyCommand = (program: Command, services: Services): void => {
  const policy = program.command("policy").description("show or set how rewards are shared");
  policy
    .command("show")
    .description("the policy in force, every key filled in")
    .option("--json", "print one JSON object")
    .action(async (options: { json?: boolean }) => show(await showPolicy(await services.acts()), options));
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
    .description("set a preset")
    .addArgument(new Argument("<name>", "the preset").choices(["taps", "tezpay", "trd"]))
    .action(async (preset: string) => {
      await setPolicy(await services.acts(), { preset });
      tell(`the policy is the preset ${preset}`);
    });
};
