import { type Command, Option } from "commander";
import { type Address } from "../application/arguments.js";
import { settleDelegator } from "../application/commands/settle.js";
import { clearTerms, type OwnTerms, setTerms } from "../application/commands/terms.js";
import { showPayout } from "../application/queries/payout.js";
import { tez } from "../application/queries/progress.js";
import { showTerms } from "../application/queries/terms.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, printJson, show, tell, toAddress, toBasisPoints, toMutez } from "./io.js";

interface Settling extends Json {
  readonly to?: Address;
  readonly reason: string;
}

const ADDRESS = "the delegator's address";
const NOT_PLANNED = "for every cycle that is not planned yet";

export const delegatorCommand = (program: Command, services: Services): void => {
  const delegator = program
    .command("delegator")
    .description("single delegators: terms that differ from the policy, and what one who left is owed");
  delegator
    .command("list")
    .description("the terms that stand, each with what it takes the place of")
    .option("--json", "print one JSON object")
    .action(async (options: Json) => show(await showTerms(await services.view()), options));
  delegator
    .command("set")
    .description(`set terms of one delegator, ${NOT_PLANNED}; what is not named stays`)
    .argument("<address>", ADDRESS, toAddress)
    .option("--fee-bps <n>", "the fee in basis points: 500 is 5 %", toBasisPoints)
    .option("--recipient <address>", "where its share is sent; its own address: to itself again", toAddress)
    .addOption(
      new Option("--status <status>", "suspend: you keep its share; ignore: all others share it").choices([
        "pay",
        "suspend",
        "ignore",
      ]),
    )
    .option("--maximum-balance <mutez>", "what counts of its balance at most", toMutez)
    .option("--json", "print the terms that stand then as one JSON object")
    .action(async (address: Address, { json, ...terms }: Json & OwnTerms) => {
      if (Object.keys(terms).length === 0)
        throw new CommandEnd(
          EXIT.usage,
          "nothing is set: name --fee-bps, --recipient, --status or --maximum-balance",
        );
      const acts = await services.acts();
      await setTerms(acts, address, terms);
      if (json) printJson(await showTerms(acts));
      tell(`the terms of ${address} are set, ${NOT_PLANNED}`);
    });
  delegator
    .command("settle")
    .description("pay now what the ledger owes to a delegator who has left; the network's fees are yours")
    .argument("<address>", ADDRESS, toAddress)
    .option("--to <recipient>", "where it is sent (default: as its terms say)", toAddress)
    .option("--reason <text>", "why", "it has left")
    .option("--json", "print one JSON object")
    .action(async (address: Address, { json, to, reason }: Settling) => {
      const acts = await services.acts();
      const { payment, amount, recipient } = await settleDelegator(acts, address, { to, reason });
      const { now } = await showPayout(acts, payment);
      if (json) printJson({ payment, delegator: address, amount, recipient, now });
      tell(
        `${tez(amount)} to ${recipient}: ${now}; ` +
          `see "taps payout show ${payment.slice(payment.indexOf("_") + 1)}"`,
      );
    });
  delegator
    .command("clear")
    .description(`take a delegator's terms away, ${NOT_PLANNED}: it follows the policy`)
    .argument("<address>", ADDRESS, toAddress)
    .option("--json", "print the terms that stand then as one JSON object")
    .action(async (address: Address, { json }: Json) => {
      const acts = await services.acts();
      await clearTerms(acts, address);
      if (json) printJson(await showTerms(acts));
      tell(`${address} follows the policy, ${NOT_PLANNED}`);
    });
};
