import { type Command } from "commander";
import { payCycle } from "../application/commands/pay-cycle.js";
import * as cycles from "../application/commands/cycles.js";
import { type PastTransfer } from "../application/ports/transfers.js";
import { tez } from "../application/queries/progress.js";
import { showCycle } from "../application/queries/status.js";
import { type Services } from "../application/services.js";
import { type Cycle } from "../application/arguments.js";
import { cycleComputeCommand } from "./cycle-compute.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, print, printJson, show, tell, toCycle } from "./io.js";

const inOneLine = ({ hash, level, target, amount }: PastTransfer): string =>
  `${hash} in block ${level}: ${tez(amount)} to ${target}`;

const N = "the cycle's number";

export const cycleCommand = (program: Command, services: Services): void => {
  const cycle = program
    .command("cycle")
    .description("compute, pay, show, hold, release, recompute or skip a cycle");
  cycleComputeCommand(cycle, services);
  cycle
    .command("pay")
    .description("pay a cycle that TAPS would not pay by itself")
    .argument("<n>", N, toCycle)
    .option("--yes", "pay it although the wallet has sent to its delegators since it ended")
    .option("--json", "print what the wallet has sent as JSON")
    .action(async (n: Cycle, { yes, ...options }: Json & { readonly yes?: true }) => {
      const acts = await services.acts();
      const asked = await payCycle(acts, n, await services.evidence(), yes === true);
      const { written, doubtful, imported, held } = asked;
      if (options.json) printJson({ cycle: n, written, doubtful, imported, held });
      else for (const transfer of doubtful) print(inOneLine(transfer));
      if (!written)
        throw new CommandEnd(
          EXIT.refused,
          `cycle ${n} may have been paid by other means: since it ended the wallet has sent ${doubtful.length} ` +
            `transfers to its delegators${imported ? ", and what it left owing was imported" : ""}. If it is still to be paid: taps cycle pay ${n} --yes`,
        );
      if (held !== null) tell(`cycle ${n} is held (${held}): it is paid after "taps cycle release ${n}"`);
      else tell(`cycle ${n} will be paid by the running "taps start"`);
    });
  cycle
    .command("show")
    .description("what a cycle earned, what was planned, and what became of it")
    .argument("<n>", N, toCycle)
    .option("--json", "print one JSON object")
    .action(async (n: Cycle, options: Json) => show(await showCycle(await services.view(), n), options));
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
      const wasHeld = await cycles.releaseCycle(await services.acts(), n);
      tell(wasHeld ? `cycle ${n} goes on` : `cycle ${n} is not held`);
    });
  cycle
    .command("recompute")
    .description("ask the source again for a cycle's rewards; refused once a payout is planned from them")
    .argument("<n>", N, toCycle)
    .requiredOption("--reason <text>", "why")
    .action(async (n: Cycle, { reason }: { reason: string }) => {
      await cycles.recomputeCycle(await services.acts(), n, reason);
      tell(`the rewards of cycle ${n} are read again by the running "taps start"`);
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
