import { type Command } from "commander";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { print, printJson, tell } from "./io.js";

/** Aborted by Ctrl-C or SIGTERM; a second one does not interrupt the orderly end. */
const untilStopped = (): AbortSignal => {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => controller.abort());
  return controller.signal;
};

interface SandboxOptions {
  readonly port: string;
  readonly blockTime: string;
}

export const serveCommands = (program: Command, services: Services): void => {
  program
    .command("start")
    .description("pay: the demo without TEZOS_RPC_URL, a real baker with it and BAKER")
    .action(() => services.start(untilStopped(), print));
  program
    .command("sandbox")
    .description("run a simulated Tezos node and TzKT")
    .option("--port <port>", "0: a free one", "0")
    .option("--block-time <ms>", "milliseconds a block", "1000")
    .action(async ({ port, blockTime }: SandboxOptions) => {
      if (!/^\d{1,5}$/.test(port) || !/^\d{1,7}$/.test(blockTime) || Number(blockTime) === 0) {
        throw new CommandEnd(EXIT.usage, "--port and --block-time are whole numbers");
      }
      await services.sandbox({ port: Number(port), blockTimeMs: Number(blockTime) }, untilStopped(), print);
    });
  const migrate = program.command("migrate").description("the database's schema");
  migrate
    .command("status")
    .description("what is applied, and what is not")
    .option("--json", "print one JSON object")
    .action(async ({ json }: { json?: boolean }) => {
      const status = await services.migrations.status();
      if (json === true) return printJson(status);
      for (const [state, names] of Object.entries(status)) {
        for (const name of names) print(`${state}: ${name}`);
      }
    });
  migrate
    .command("up")
    .description("apply what is pending")
    .action(async () => {
      const applied = await services.migrations.up();
      tell(applied.length === 0 ? "nothing is pending" : applied.join("\n"));
    });
  const config = program.command("config").description("the environment");
  config
    .command("check")
    .description("name every mistake in the environment, without showing a value")
    .action(() => {
      const mistakes = services.configMistakes();
      if (mistakes.length > 0) {
        throw new CommandEnd(
          EXIT.failed,
          mistakes.map(({ variable, problem }) => `${variable} ${problem}`).join("\n"),
        );
      }
      tell("the environment is in order");
    });
};
