import { type Command, Option } from "commander";
import {
  type Address,
  ADJUSTMENT_REASONS,
  type AdjustmentReason,
  type Mutez,
  RECORD_FORMATS,
  type RecordFormat,
} from "../application/arguments.js";
import {
  adjustBalance,
  importOpening,
  type Opening,
  readOpening,
  tryImport,
} from "../application/commands/ledger.js";
import { showBalance, showLedger } from "../application/queries/ledger.js";
import { tez } from "../application/queries/progress.js";
import { type Services } from "../application/services.js";
import { type Json, printJson, show, tell, toAddress, toChange, toReference } from "./io.js";

interface Adjusting extends Json {
  readonly reason: AdjustmentReason;
  readonly reference: string;
  readonly allowNegative?: true;
}

interface Importing extends Json {
  readonly format?: RecordFormat;
  readonly dryRun?: true;
  readonly yes?: true;
}

/** What is to be imported, before anything is written. */
const announce = (
  file: string,
  { format, owed, paid, passedOver, balances, sum, doubtful }: Opening,
): void => {
  tell(`${file}, read as ${format}: ${owed} rows owed, ${paid} paid, ${passedOver} passed over`);
  tell(`${tez(sum)} to ${balances.length} delegators`);
  for (const { line, delegator, amount, why } of doubtful)
    tell(`line ${line}: ${tez(amount)} to ${delegator}: ${why}`);
};

export const ledgerCommand = (program: Command, services: Services): void => {
  const ledger = program
    .command("ledger")
    .description("what delegators are owed across cycles: show it, adjust it, import it");
  ledger
    .command("show")
    .description("what each delegator is owed, in mutez; below 0: was overpaid")
    .option("--delegator <address>", "one delegator's balance and adjustments", toAddress)
    .option("--json", "print one JSON object")
    .action(async ({ delegator, ...options }: Json & { readonly delegator?: Address }) => {
      const acts = await services.view();
      show(delegator === undefined ? await showLedger(acts) : await showBalance(acts, delegator), options);
    });
  ledger
    .command("adjust")
    .description("add to what a delegator is owed, or take off; the next payout takes it into account")
    .argument("<delegator>", "the delegator's address", toAddress)
    .argument("<+-mutez>", "the change, with its sign, such as -1500000", toChange)
    .addOption(new Option("--reason <reason>", "why").choices(ADJUSTMENT_REASONS).makeOptionMandatory())
    .requiredOption("--reference <text>", "what it is about; of its own for each adjustment", toReference)
    .option("--allow-negative", "take more off than there is; later payouts make up for it (as for overpaid)")
    .option("--json", "print one JSON object")
    .action(async (delegator: Address, amount: Mutez, { json, allowNegative, ...adjustment }: Adjusting) => {
      const said = { delegator, amount, ...adjustment };
      const balance = await adjustBalance(await services.acts(), {
        ...said,
        allowNegative: allowNegative === true,
      });
      if (json) printJson({ ...said, balance });
      else tell(`${delegator} has ${tez(balance)} in the ledger`);
    });
  ledger
    .command("import")
    .description("add what a file of payout records says that delegators are owed, once a file")
    .argument("<file>", "delegator,mutez; or payments of tezpay, TRD or TAPS 1, as CSV")
    .addOption(new Option("--format <format>", "the format (default: by the header)").choices(RECORD_FORMATS))
    .option("--dry-run", "show what would be imported, or why it is refused (exit 3), and write nothing")
    .option("--yes", "import also what may have been paid after all")
    .option("--json", "print one JSON object")
    .action(async (file: string, { format, dryRun, yes, json }: Importing) => {
      const acts = await services.acts();
      const read = await services.payoutRecords();
      const opening = await readOpening(read, file, { format, baker: acts.baker });
      announce(file, opening);
      if (dryRun) {
        if (json) printJson({ ...opening, written: false });
        tell("nothing is written");
      }
      const { already } = await (dryRun ? tryImport : importOpening)(acts, opening, yes === true);
      if (json && !dryRun) printJson({ ...opening, written: !already });
      if (already) tell("was imported before");
      else if (!dryRun) tell("imported");
    });
};
