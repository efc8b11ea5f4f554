import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { policyFrom } from "../application/commands/policy.js";
import { computeCycle } from "../application/compute-cycle.js";
import { type Services } from "../application/services.js";
import { describeRefusal, type TzAddress } from "../application/arguments.js";
import { CommandEnd, EXIT } from "./exit.js";
import { printFields, printJson, toBaker, toCycle } from "./io.js";

interface Options {
  readonly baker: TzAddress;
  readonly policy?: string;
  readonly preset?: string;
  readonly json?: boolean;
}

const policyFile = async ({ policy, preset }: Options): Promise<unknown> => {
  if (policy === undefined) return preset === undefined ? {} : { preset };
  if (preset !== undefined) throw new CommandEnd(EXIT.usage, "--policy and --preset exclude each other");
  try {
    return JSON.parse(await readFile(policy, "utf8")) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandEnd(EXIT.usage, `cannot read the policy ${policy}: ${reason}`);
  }
};

export const cycleComputeCommand = (cycle: Command, services: Services): void => {
  cycle
    .command("compute")
    .description("work out who is owed what for a cycle; needs no key and no database, and writes nothing")
    .argument("<n|last>", 'a cycle, or "last": the newest one that is finished', (text) =>
      text === "last" ? text : toCycle(text),
    )
    .requiredOption("--baker <pkh>", "the baker's address", toBaker)
    .option("--policy <file>", "a policy file (JSON)")
    .addOption(new Option("--preset <name>", "a preset").choices(["taps", "tezpay", "trd"]))
    .option("--json", "print one JSON object")
    .action(async (wanted: "last" | ReturnType<typeof toCycle>, options: Options) => {
      const policy = policyFrom(await policyFile(options));
      const ports = await services.compute();
      const outcome = await computeCycle({ baker: options.baker, cycle: wanted, policy }, ports);
      if ("refused" in outcome) {
        throw new CommandEnd(EXIT.refused, outcome.refused.map(describeRefusal).join("\n"));
      }
      if (options.json === true) return printJson(outcome.computed);
      const { delegators, policy: applied, ...rest } = outcome.computed;
      printFields({ ...rest, preset: applied.preset, feeBps: applied.feeBps });
      printFields(
        Object.fromEntries(
          delegators.map(({ delegator, net, status, reason }) => [
            delegator,
            `${net} mutez, ${reason ?? status}`,
          ]),
        ),
      );
    });
};
