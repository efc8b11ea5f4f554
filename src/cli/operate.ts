import { Argument, type Command } from "commander";
import { pauseWallet, resumeWallet, switchMode } from "../application/commands/mode.js";
import { recordRestore } from "../application/commands/restored.js";
import { unpaidNow } from "../application/queries/left-behind.js";
import { type Services } from "../application/services.js";
import { type Json, printJson, tell } from "./io.js";

export const operateCommands = (program: Command, services: Services): void => {
  program
    .command("mode")
    .description("off: nothing is done; simulation: nothing is signed; on: cycles are paid")
    .addArgument(new Argument("<mode>", "the mode").choices(["off", "simulation", "on"]))
    .option("--json", "print one JSON object")
    .action(async (mode: "off" | "simulation" | "on", { json }: Json) => {
      const acts = await services.acts();
      await switchMode(acts, mode);
      const left = await unpaidNow(acts);
      if (json) printJson({ mode, leftBehind: left });
      tell(`the mode is ${mode}`);
      const [first] = left;
      if (first !== undefined)
        tell(
          `cycles that have ended are not paid: ${left.length}, from ${first} to ${left.at(-1)}. ` +
            `${mode === "on" ? "Each" : 'After the next "taps mode on" each'} waits for your word: taps cycle pay ${first}`,
        );
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
    .option("--json", "print one JSON object")
    .action(async ({ json }: Json) => {
      const { lifted, stops } = await resumeWallet(await services.acts());
      if (json) printJson({ lifted: lifted.map(({ reason, detail }) => ({ reason, detail })), stops });
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
