import { type Command } from "commander";
import { type Address } from "../application/arguments.js";
import { type Difference } from "../application/replay/findings.js";
import { type CycleRange, replay, type ReplayReport } from "../application/replay/replay.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, print, printJson, tell, toAddress, toCycleRange } from "./io.js";

interface Options extends Json {
  readonly delegator?: Address;
  readonly againstChain?: true;
}

const toCycles = (text: string): CycleRange => (text === "all" ? text : toCycleRange(text));

const inOneLine = ({ cycle, delegator, what, expected, found, event }: Difference): string => {
  const of = [cycle === null ? "" : `cycle ${cycle}`, delegator ?? ""]
    .filter((part) => part !== "")
    .join(" ");
  const at = event
    ? ` (${event.type}, event ${event.revision} of ${event.stream}, position ${event.position})`
    : "";
  return `${of === "" ? "" : `${of}: `}${what}: expected ${expected}, found ${found}${at}`;
};

const inWords = ({ differences, unread }: ReplayReport): void => {
  for (const difference of differences) print(inOneLine(difference));
  for (const { what, why } of unread) print(`NOT READ: ${what}: ${why}`);
};

const summaryOf = ({ checked, upTo }: ReplayReport): string => {
  const { cycles, rows, obligations, batches, operations, carriedRows, readBack } = checked;
  return (
    `${cycles} cycles, up to position ${upTo}: ${rows} allocated rows, ${obligations} obligations, ` +
    `${batches} batches, ${operations} signed operations, ${carriedRows} carried rows; ` +
    `${readBack} final operations read back from the chain`
  );
};

export const replayCommand = (program: Command, services: Services): void => {
  program
    .command("replay")
    .description(
      "compute cycles once more from what the log recorded, and hold all that it says against that",
    )
    .argument("<cycles>", "a cycle, a range such as 740..750, or all", toCycles)
    .option("--delegator <address>", "list only what differs for this one, and for the whole", toAddress)
    .option("--against-chain", "read every final operation back, content by content")
    .option("--json", "print one JSON object")
    .action(async (cycles: CycleRange, { delegator, againstChain, json }: Options) => {
      const { log, baker, chain } = await services.view();
      const sources = againstChain ? { chain, history: await services.operations() } : undefined;
      const [reader, parts] = [await services.operationReader(), await services.replayParts()];
      const ports = { log, baker, reader, parts };
      const report = await replay(ports, { cycles, delegator, chain: sources, tell });
      if (json) printJson(report);
      else inWords(report);
      tell(summaryOf(report));
      if (report.differences.length > 0)
        throw new CommandEnd(EXIT.refused, `${report.differences.length} differences: the log does not hold`);
      if (!report.holds) throw new CommandEnd(EXIT.unreachable, "not all could be read");
      tell("all of it comes out again");
    });
};
