import { type Command } from "commander";
import * as cycles from "../application/commands/cycles.js";
import { showCycle } from "../application/queries/status.js";
import { type Services } from "../application/services.js";
import { type Cycle } from "../application/arguments.js";
import { cycleComputeCommand } from "./cycle-compute.js";
import { show, tell, toCycle } from "./io.js";

const N = "the cycle's number";

export const cycleCommand = (program: Command, services: Services): void => {
  const cycle = program.command("cycle").description("compute, pay, show, hold, release or skip a cycle");
  cycleComputeCommand(cycle, services);
  cycle
    .command("pay")
    .description("pay a cycle that TAPS would not pay by itself")
    .argument("<n>", N, toCycle)
    .action(async (n: Cycle) => {
      await cycles.payCycle(await services.acts(), n);
      tell(`cycle ${n} will be paid by the running "taps start"`);
    });
  cycle
    .command("show")
    .description("what a cycle earned, what was planned, and what became of it")
    .argument("<n>", N, toCycle)
    .option("--json", "print one JSON object")
    .action(async (n: Cycle, options: { json?: boolean }) =>
      show(await showCycle(await services.acts(), n), options),
    );
  cycle
    .command("hold")
    .description("stop new batches of a cycle, and all later cycles")
    .argument("<n>", N, toCycle)
    .option("--reason <text>", "why", "held by a person")
    .action(async (n: Cycle, { reason }: { reason: string }) => {
      await cycles.holdCycle(await services.acts(), n, reason);
      tell(`cycle ${n} is held`);
    });
  cycle
    .command("release")
    .description("let a held cycle go on")
    .argument("<n>", N, toCycle)
    .action(async (n: Cycle) => {
      await cycles.releaseCycle(await services.acts(), n);
      tell(`cycle ${n} goes on`);
    });
  cycle
    .command("skip")
    .description("give a cycle up for good; refused once a batch of it is formed")
    .argument("<n>", N, toCycle)
    .requiredOption("--reason <text>", "why")
    .action(async (n: Cycle, { reason }: { reason: string }) => {
      await cycles.skipCycle(await services.acts(), n, reason);
      tell(`cycle ${n} is skipped`);
    });
};
