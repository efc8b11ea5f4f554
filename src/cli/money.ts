import { readFile } from "node:fs/promises";
import { type Command } from "commander";
import { type Address, batchOf, type Mutez } from "../application/arguments.js";
import { sendTransfers } from "../application/commands/money.js";
import { findPayout, showPayout } from "../application/queries/payout.js";
import { tez } from "../application/queries/progress.js";
import { type Services } from "../application/services.js";
import { readTransferFile } from "../application/transfer-file.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, print, printJson, tell, toAddress, toAmount, toId } from "./io.js";

const ID = "what it is for, as rent.2026.11: an id is paid once, however often it is asked for";

const readRows = async (path: string) => {
  const bytes = await readFile(path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandEnd(EXIT.usage, `cannot read ${path}: ${reason}`);
  });
  const file = readTransferFile(bytes);
  if ("problems" in file) {
    const shown = file.problems.slice(0, 20);
    const more = file.problems.length - shown.length;
    throw new CommandEnd(
      EXIT.usage,
      [
        `nothing is sent, for ${path} is not in order:`,
        ...shown,
        ...(more > 0 ? [`and ${more} more`] : []),
      ].join("\n"),
    );
  }
  return file;
};

export const moneyCommands = (program: Command, services: Services): void => {
  program
    .command("transfer")
    .description("send an amount through the wallet that pays")
    .argument("<to>", "the receiver's address", toAddress)
    .argument("<amount>", "with its unit: 12.5tez or 12500000mutez", toAmount)
    .requiredOption("--id <id>", ID, toId)
    .option("--json", "print one JSON object")
    .action(async (to: Address, amount: Mutez, { id, json }: Json & { readonly id: string }) => {
      const acts = await services.acts();
      const { payment } = await sendTransfers(acts, id, [{ to, amount }]);
      const { now } = await showPayout(acts, payment);
      if (json) printJson({ payment, to, amount, now });
      tell(`${tez(amount)} to ${to}, under the id ${id}: ${now}; see "taps payout show batch_${id}"`);
    });
  program
    .command("batch")
    .description("send the amounts of a file; shows them first, and asks for their digest")
    .argument("<file>", "CSV with the columns address,tez or address,mutez")
    .option("--confirm <digest>", "send it: the digest that was shown")
    .option("--json", "print one JSON object")
    .action(async (path: string, { confirm, json }: Json & { readonly confirm?: string }) => {
      const { rows, digest } = await readRows(path);
      const total = rows.reduce((sum, { amount }) => sum + amount, 0n);
      if (confirm !== undefined && confirm !== digest)
        throw new CommandEnd(EXIT.refused, `the file's digest is ${digest}: it is not what was confirmed`);
      const acts = await (confirm === undefined ? services.view() : services.acts());
      if (confirm !== undefined) await sendTransfers(acts, digest, rows);
      const known = await findPayout(acts, batchOf(acts.baker, digest));
      if (json)
        printJson({
          payment: known?.payment ?? null,
          now: known?.now ?? null,
          digest,
          receivers: rows.length,
          total,
          rows,
        });
      else for (const { to, amount } of rows) print(`${to} ${tez(amount)}`);
      tell(`${rows.length} receivers, ${tez(total)} in all, digest ${digest}`);
      if (known) tell(`${known.now}; see "taps payout show batch_${digest}"`);
      else tell(`nothing is sent yet. To send it: taps batch ${path} --confirm ${digest}`);
    });
};
