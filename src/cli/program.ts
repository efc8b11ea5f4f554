import { Command } from "commander";
import { type Services } from "../application/services.js";
import { cycleCommand } from "./cycle.js";
import { endOf } from "./exit.js";
import { inspectCommands } from "./inspect.js";
import { tell } from "./io.js";
import { operateCommands } from "./operate.js";
import { paymentCommand } from "./payment.js";
import { policyCommand } from "./policy.js";
import { serveCommands } from "./serve.js";
import { walletCommand } from "./wallet.js";

const buildProgram = (services: Services): Command => {
  const program = new Command("taps")
    .description("Pays a Tezos baker's delegators their share of every cycle's rewards, exactly once.")
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 1 failed, 2 usage, 3 refused with the reason, 4 a dependency is unreachable.",
    );
  for (const add of [
    serveCommands,
    inspectCommands,
    operateCommands,
    policyCommand,
    walletCommand,
    cycleCommand,
    paymentCommand,
  ]) {
    add(program, services);
  }
  inherit(program);
  return program;
};

/** Subcommands throw as the program does, instead of ending the process. */
const inherit = (command: Command): void => {
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    inherit(child);
  }
};

/** Runs one command; answers the exit code. */
export const runCommand = async (args: readonly string[], services: Services): Promise<number> => {
  let code: number;
  try {
    await buildProgram(services).parseAsync([...args], { from: "user" });
    code = 0;
  } catch (error) {
    const end = endOf(error);
    if (end.message !== "") tell(end.message);
    code = end.code;
  }
  await services.close();
  return code;
};
