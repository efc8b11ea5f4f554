import { type Command } from "commander";
import { readPolicy } from "../application/commands/policy.js";
import { tez } from "../application/queries/progress.js";
import { type WhatIf, whatIf } from "../application/replay/what-if.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, print, printJson, toCycleRange } from "./io.js";
import { policyFile, type PolicyOptions, withPolicyOptions } from "./policy-options.js";

interface Options extends Json, PolicyOptions {
  readonly cycles: ReturnType<typeof toCycleRange>;
}

const change = ({ was, would }: { readonly was: bigint; readonly would: bigint }): string =>
  `${tez(was)} -> ${tez(would)} (${would > was ? "+" : ""}${tez(would - was)})`;

const inWords = ({ cycles, missing, total, delegators }: WhatIf): void => {
  for (const { cycle, was, would } of cycles) {
    const given = { was: was.toDelegators, would: would.toDelegators };
    const kept = { was: was.bakerKeeps, would: would.bakerKeeps };
    print(`cycle ${cycle}: to delegators ${change(given)}; the baker keeps ${change(kept)}`);
  }
  for (const { delegator, ...given } of delegators)
    if (given.difference !== 0n) print(`${delegator}: ${change(given)}`);
  print(`to all delegators: ${change(total.toDelegators)}`);
  print(`the baker keeps: ${change(total.bakerKeeps)}`);
  if (missing.length > 0) print(`nothing was allocated in: ${missing.join(", ")}`);
};

export const whatIfCommand = (program: Command, services: Services): void => {
  const command = program
    .command("what-if")
    .description("compute past cycles by another policy, from what the log recorded; writes nothing")
    .requiredOption("--cycles <a..b>", "a cycle, or a range such as 740..750", toCycleRange)
    .option("--json", "print one JSON object");
  withPolicyOptions(command).action(async ({ cycles, ...options }: Options) => {
    if (options.policy === undefined && options.preset === undefined)
      throw new CommandEnd(EXIT.usage, "name the other terms: --policy <file>, or --preset <name>");
    const file = readPolicy(await policyFile(options));
    const { limitOf } = services.compute();
    const found = await whatIf(await services.view(), cycles, file, limitOf);
    if (options.json) printJson(found);
    else inWords(found);
  });
};
