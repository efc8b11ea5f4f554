import { type Command } from "commander";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { print, printJson, readJson, tell, untilStopped } from "./io.js";

interface SandboxOptions {
  readonly port: string;
  readonly blockTime: string;
  readonly faults?: string;
  readonly seed: string;
}

const FAULTS = `
A file of faults says how often each happens, from 0 (never, as if left out) to 1 (always):
{
  "node": {
    "429": 0.01, "500": 0.01, "502": 0.01, "cutJson": 0.01,
    "hang": { "chance": 0.001, "ms": 12000 },
    "laggingHead": { "chance": 0.02, "blocks": 2 }
  },
  "injection": {
    "lostReply": 0.05,
    "refused": { "temporary": 0.02, "branch": 0.02, "permanent": 0.01 }
  },
  "mempool": { "dropped": 0.02, "delayed": { "chance": 0.05, "blocks": 3 } },
  "blocks": { "reorganised": { "one": 0.02, "two": 0.01 }, "refusedByContract": 0.05 },
  "tzkt": { "429": 0.1, "500": 0.1, "502": 0.1, "cutJson": 0.1, "hang": { "chance": 0.01, "ms": 12000 } }
}
node, tzkt: of each request. A status comes with a page of HTML; cutJson: the reply ends halfway; hang: the request
  is held back; laggingHead: a question for the head is answered with an older block.
injection: lostReply: the operation is taken and the connection cut; refused: it is not taken, for such an error.
mempool: of each pending operation. dropped: forgotten before a block; delayed: kept out of so many blocks.
blocks: reorganised: the last one or two are left for empty ones; refusedByContract: of each pending operation that
  calls a contract, which was simulated well, the contract refuses it when it is included.
The same seed and the same requests in the same order meet the same faults.`;

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
    .option("--faults <file>", "what goes wrong, and how often (JSON, see below)")
    .option("--seed <number>", "decides when it goes wrong", "1")
    .addHelpText("after", FAULTS)
    .action(async ({ port, blockTime, faults, seed }: SandboxOptions) => {
      if (!/^\d{1,5}$/.test(port) || !/^\d{1,7}$/.test(blockTime) || Number(blockTime) === 0) {
        throw new CommandEnd(EXIT.usage, "--port and --block-time are whole numbers");
      }
      if (!/^\d{1,15}$/.test(seed)) throw new CommandEnd(EXIT.usage, "--seed is a whole number");
      const wanted = faults === undefined ? undefined : { json: await readJson(faults), seed: Number(seed) };
      const options = { port: Number(port), blockTimeMs: Number(blockTime), faults: wanted };
      await services.sandbox(options, untilStopped(), print);
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
      for (const variable of services.variablesWithoutEffect)
        tell(`${variable} has no effect in this release`);
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
