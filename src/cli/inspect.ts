import { type Command } from "commander";
import { streamFrom } from "../application/arguments.js";
import { examineInstallation } from "../application/queries/doctor.js";
import { readModelsInShort } from "../application/queries/read-models.js";
import { status } from "../application/queries/status.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, jsonLine, print, printJson, show } from "./io.js";

export const inspectCommands = (program: Command, services: Services): void => {
  program
    .command("status")
    .description("what is going on, and what it waits for")
    .option("--json", "print one JSON object")
    .action(async (options: Json) => {
      const found = await status(await services.view());
      const readModels = readModelsInShort(await (await services.readModels()).status());
      show({ ...found, readModels }, options);
    });
  program
    .command("doctor")
    .description("examine node, chain, TzKT, wallet, balance and clock, each with its fix")
    .option("--json", "print one JSON object")
    .action(async ({ json }: Json) => {
      const acts = await services.view();
      const ports = {
        nodes: await services.nodeHealth(),
        source: await services.source(),
        clock: services.clock,
      };
      const findings = await examineInstallation(acts, ports);
      if (json) printJson({ findings });
      else {
        for (const { check, ok, found, fix } of findings) {
          print(`${ok ? "ok  " : "BAD "} ${check}: ${found}${fix === "" ? "" : `\n     ${fix}`}`);
        }
      }
      if (findings.some(({ ok }) => !ok)) throw new CommandEnd(EXIT.failed, "");
    });
  const log = program.command("log").description("read the event log");
  log
    .command("read")
    .description("the events of one stream, one JSON object a line")
    .argument("<stream>", "such as cycle-tz1..._750 or wallet-tz1...")
    .action(async (stream: string) => {
      let count = 0;
      for await (const { event, revision, recordedAt, id } of (await services.log()).read(
        streamFrom(stream),
      )) {
        print(jsonLine({ revision, id, recordedAt, ...event }));
        count += 1;
      }
      if (count === 0) throw new CommandEnd(EXIT.failed, `the log has no stream ${stream}`);
    });
};
