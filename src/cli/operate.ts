import { Argument, type Command } from "commander";
import { pauseWallet, resumeWallet, switchMode } from "../application/commands/mode.js";
import { recordRestore } from "../application/commands/restored.js";
import { type Services } from "../application/services.js";
import { type Json, printJson, tell } from "./io.js";

export const operateCommands = (program: Command, services: Services): void => {
  program
    .command("mode")
    .description("off: nothing is done; simulation: nothing is signed; on: cycles are paid")
    .addArgument(new Argument("<mode>", "the mode").choices(["off", "simulation", "on"]))
    .action(async (mode: "off" | "simulation" | "on") => {
      await switchMode(await services.acts(), mode);
      tell(`the mode is ${mode}`);
    });
  program
    .command("pause")
    .description("stop signing; what is signed is watched to its end")
    .option("--reason <text>", "why", "paused by a person")
    .action(async ({ reason }: { reason: string }) => {
      await pauseWallet(await services.acts(), reason);
      tell("nothing more is signed until you resume");
    });
  program
    .command("resume")
    .description("sign again after a pause or a finding")
    .action(async () => {
      const { lifted, stops } = await resumeWallet(await services.acts());
      for (const { reason, detail } of lifted) tell(`lifted, ${reason}: ${detail}`);
      for (const { reason, detail } of stops) tell(`still stopped, ${reason}: ${detail}`);
      if (stops.length === 0) tell("resumed");
    });
  program
    .command("restored")
    .description(
      "say that the log or the database was restored: nothing is signed until that cannot pay twice",
    )
    .option("--json", "print one JSON object")
    .action(async ({ json }: Json) => {
      const untilLevel = await recordRestore(await services.acts());
      if (json) printJson({ untilLevel });
      tell(
        `nothing is signed before block ${untilLevel} is final and the log explains the chain: see "taps reconcile"`,
      );
    });
};
