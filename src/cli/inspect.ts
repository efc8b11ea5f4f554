import { type Command } from "commander";
import { streamFrom } from "../application/arguments.js";
import { examineInstallation } from "../application/queries/doctor.js";
import { status } from "../application/queries/status.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, jsonLine, print, printJson, show } from "./io.js";

const STREAMS = `
Streams, by the baker's address and the paying wallet's:
  baker-tz1...                   who pays, the policy, terms, the mode
  cycle-tz1..._750               where a cycle stands
  reward-tz1..._750              what it earned, and who is owed what
  payment-tz1..._750             how a cycle's money moved; the same of
  payment-tz1..._bond_750        its bond pool,
  payment-tz1..._batch_rent.11   a transfer or a CSV batch, by its id or digest,
  payment-tz1..._batch_settle.tz1....1   and of a settlement
  ledger-tz1...                  what is owed across cycles
  wallet-tz1...                  every operation of the paying wallet (the wallet's own address)`;

export const inspectCommands = (program: Command, services: Services): void => {
  program
    .command("status")
    .description("what is going on, and what it waits for")
    .option("--json", "print one JSON object")
    .action(async (options: Json) => show(await status(await services.view()), options));
  program
    .command("doctor")
    .description(
      "examine node, chain, TzKT, wallet, balance, clock and what stops signing, each with its fix",
    )
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
    .argument("<stream>", "its name, as below")
    .addHelpText("after", STREAMS)
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
