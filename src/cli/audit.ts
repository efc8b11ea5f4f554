import { type Command } from "commander";
import { type Address, type Cycle } from "../application/arguments.js";
import { auditPayout, type PayoutStory } from "../application/audit/payout.js";
import { type Services } from "../application/services.js";
import { auditProofCommands } from "./audit-proofs.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, print, printJson, toAddress, toCycle } from "./io.js";

const inWords = ({ cycle, delegator, outcome, steps, unread }: PayoutStory): void => {
  print(`cycle ${cycle}, ${delegator}`);
  for (const { time, text, details, event } of steps) {
    print(`${time.toISOString()}  ${text}`);
    for (const detail of details) print(`    ${detail}`);
    print(
      `    [${event.type}, event ${event.revision} of ${event.stream}, position ${event.position}, id ${event.id}]`,
    );
  }
  for (const { why } of unread) print(`NOT READ: ${why}`);
  print(outcome);
};

export const auditCommand = (program: Command, services: Services): void => {
  const audit = program.command("audit").description("explain what the log says, examine it, and prove it");
  audit
    .command("payout")
    .description("tell all that led to what one delegator was paid for a cycle, with each event that says so")
    .argument("<cycle>", "the cycle's number", toCycle)
    .argument("<delegator>", "the delegator's address", toAddress)
    .option("--json", "print one JSON object")
    .action(async (cycle: Cycle, delegator: Address, { json }: Json) => {
      const story = await auditPayout(await services.view(), cycle, delegator);
      if (json) printJson(story);
      else inWords(story);
      if (story.unread.length > 0)
        throw new CommandEnd(EXIT.failed, "the log is damaged: what cannot be read is not told");
    });
  auditProofCommands(audit, services);
};
