import { type Command } from "commander";
import { describeRefusal, type TzAddress } from "../application/arguments.js";
import { policyFrom } from "../application/commands/policy.js";
import { computeCycle } from "../application/compute-cycle.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, printJson, show, toBaker, toCycle } from "./io.js";
import { policyFile, type PolicyOptions, withPolicyOptions } from "./policy-options.js";

interface Options extends Json, PolicyOptions {
  readonly baker?: TzAddress;
}

export const cycleComputeCommand = (cycle: Command, services: Services): void => {
  const command = cycle
    .command("compute")
    .description("work out who is owed what for a cycle; needs no key and no database, and writes nothing")
    .argument("<n|last>", 'a cycle, or "last": the newest one that is finished', (text) =>
      text === "last" ? text : toCycle(text),
    )
    .option("--baker <pkh>", "the baker's address (default: BAKER)", toBaker)
    .option("--json", "print one JSON object");
  withPolicyOptions(command).action(async (wanted: "last" | ReturnType<typeof toCycle>, options: Options) => {
    const policy = policyFrom(await policyFile(options));
    const { source, limitOf, baker: ours } = services.compute();
    const baker = options.baker ?? ours;
    if (baker === undefined) throw new CommandEnd(EXIT.usage, "name the baker: --baker <pkh>, or BAKER");
    const outcome = await computeCycle({ baker, cycle: wanted, policy }, { source, limitOf });
    if ("refused" in outcome)
      throw new CommandEnd(EXIT.refused, outcome.refused.map(describeRefusal).join("\n"));
    if (options.json) return printJson(outcome.computed);
    const { delegators, policy: applied, ...rest } = outcome.computed;
    const rows: Record<string, string> = {};
    for (const { delegator, net, status, reason } of delegators)
      rows[delegator] = `${net} mutez, ${reason ?? status}`;
    show({ ...rest, preset: applied.preset, feeBps: applied.feeBps, ...rows }, {});
  });
};
