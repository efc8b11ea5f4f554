import { type Command } from "commander";
import { type Cycle } from "../application/arguments.js";
import { adopt, type Adoption } from "../application/commands/adopt.js";
import { tez } from "../application/queries/progress.js";
import { type Services } from "../application/services.js";
import { type Json, print, printJson, tell, toCycle } from "./io.js";

const inWords = ({ payer, running, firstCycle, cycles, opening }: Adoption): void => {
  for (const { cycle, delegators, paid, sum, unknown } of cycles)
    print(
      unknown === null
        ? `cycle ${cycle}: the other tool's; ${payer} has sent ${tez(sum)} to ${paid} of its ${delegators} delegators in cycle ${cycle + 1}`
        : `cycle ${cycle}: the other tool's; what it was sent is not known: ${unknown}`,
    );
  if (firstCycle === running + 1) print(`cycle ${running}: the other tool's; it has not ended`);
  else if (firstCycle > running)
    print(`cycles ${running} to ${firstCycle - 1}: the other tool's; they have not ended`);
  print(`cycle ${firstCycle}: the first that TAPS pays`);
  print(
    `opening balances: ${tez(opening.sum)} to ${opening.delegators} delegators, ${opening.files} files imported`,
  );
};

export const adoptCommand = (program: Command, services: Services): void => {
  program
    .command("adopt")
    .description(
      "take the wallet over from another tool; shows first what that has paid, and what TAPS will pay",
    )
    .option("--confirm <cycle>", "take it over: the first cycle that TAPS pays", toCycle)
    .option("--json", "print one JSON object")
    .action(async ({ confirm, json }: Json & { readonly confirm?: Cycle }) => {
      const found = await adopt(await services.acts(), await services.evidence(), confirm);
      const { running, firstCycle, written } = found;
      if (json) printJson(found);
      else inWords(found);
      if (written)
        tell(
          `cycles before ${firstCycle} are the other tool's. Stop it once they are paid: what it sends from now on ` +
            `stops TAPS until you classify it. Then, before cycle ${firstCycle} ends: taps mode on`,
        );
      else
        tell(
          `nothing is written yet. To pay from cycle ${firstCycle} on: taps adopt --confirm ${firstCycle}` +
            (firstCycle > running ? `; from the running one on: taps adopt --confirm ${running}` : ""),
        );
    });
};
