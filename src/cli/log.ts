import { type Command, InvalidArgumentError } from "commander";
import { type Position, positionFrom, streamFrom } from "../application/arguments.js";
import { copyEvents, eventsOf } from "../application/log/copy.js";
import { exportLog } from "../application/log/export.js";
import { fileEvents } from "../application/log/import.js";
import { lineOf } from "../application/log/lines.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, jsonLine, print, printJson, tell, toFile, writing } from "./io.js";
import { tellProgress } from "./progress.js";

const toPosition = (text: string): Position => {
  const position = positionFrom(text);
  if (position === undefined) throw new InvalidArgumentError("a position is a whole number.");
  return position;
};

async function* texts(lines: ReturnType<typeof exportLog>): AsyncGenerator<string> {
  for await (const line of lines) yield lineOf(line);
}

interface Exporting {
  readonly to?: string;
  readonly after?: Position;
}

interface Copying extends Json {
  readonly from?: string;
  readonly to?: string;
}

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
  wallet-tz1...                  every operation of the paying wallet (the wallet's own address)
  audit-tz1...                   the checkpoints that sign the log`;

export const logCommand = (program: Command, services: Services): void => {
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
  log
    .command("export")
    .description("all events, one JSON object a line, and last the number of events and the root over them")
    .option("--to <file>", "the file to write (default: standard output); compressed if its name ends in .gz")
    .option("--after <position>", "only the events behind this position", toPosition)
    .action(async ({ to, after }: Exporting) => {
      const onProgress = tellProgress("exported");
      const lines = texts(exportLog(await services.audit.source(), { after, onProgress }));
      if (to === undefined) await services.audit.printLines(lines);
      else await writing(to, services.audit.writeLines(to, lines));
    });
  log
    .command("import")
    .description("append what an export holds to an empty log, or to the beginning of the same one")
    .argument("<file>", "an export")
    .option("--json", "print one JSON object")
    .action(async (file: string, { json }: Json) => {
      const { audit } = services;
      await toFile(file);
      const read = () => audit.readLines(file);
      const events = await fileEvents(read, audit.reading, tellProgress("examined"));
      const copied = await copyEvents(events, await audit.target(), tellProgress("imported"));
      if (json) printJson(copied);
      else
        tell(
          `${copied.written} events written: the log has ${copied.size} events with the root ${copied.root}`,
        );
    });
  log
    .command("copy")
    .description("append all events of one log to another, which is empty or an unfinished copy")
    .option("--from <url>", "postgres:// or esdb:// (default: the log that is configured)")
    .option("--to <url>", "postgres:// or esdb:// (default: the log that is configured)")
    .option("--json", "print one JSON object")
    .action(async ({ from, to, json }: Copying) => {
      const source = await services.audit.source(from);
      const target = await services.audit.target(to);
      if ((await source.storeId()) === (await target.store.storeId()))
        throw new CommandEnd(
          EXIT.usage,
          "this is one and the same log: name another one, --from <url> or --to <url>",
        );
      const copied = await copyEvents(eventsOf(source), target, tellProgress("copied"));
      if (json) printJson(copied);
      else
        tell(
          `${copied.written} events copied: both logs have ${copied.size} events with the root ${copied.root}`,
        );
    });
};
