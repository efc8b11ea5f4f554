import { randomUUID } from "node:crypto";
import { text } from "node:stream/consumers";
import { type Command } from "commander";
import { renderUnicodeCompact } from "uqr";
import { type TzAddress } from "../application/arguments.js";
import { delegateWallet } from "../application/commands/money.js";
import { importWallet } from "../application/commands/wallet.js";
import { payingWallet } from "../application/queries/wallet.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { print, printJson, tell, toBaker } from "./io.js";

export const walletCommand = (program: Command, services: Services): void => {
  const wallet = program.command("wallet").description("the wallet that pays");
  wallet
    .command("import")
    .description("keep a secret key or mnemonic, read from standard input, encrypted")
    .action(async () => {
      const opened = await services.openWallet(await text(process.stdin));
      await importWallet(await services.acts(), opened);
      tell(`${opened.address} is imported and pays`);
    });
  wallet
    .command("show")
    .description("the wallet's address")
    .option("--json", "print one JSON object")
    .action(async ({ json }: { json?: boolean }) => {
      const address = (await payingWallet(await services.view())) ?? null;
      if (json === true) printJson({ address });
      else print(address ?? "no wallet pays yet");
    });
  wallet
    .command("receive")
    .description("the wallet's address, and as a QR code on a terminal")
    .action(async () => {
      const address = await payingWallet(await services.view());
      if (address === undefined) throw new CommandEnd(EXIT.refused, "no wallet pays yet");
      print(address);
      if (process.stderr.isTTY) tell(renderUnicodeCompact(address));
    });
  wallet
    .command("delegate")
    .description("delegate the wallet that pays, or withdraw its delegation")
    .argument("<baker>", 'a baker\'s address, or "none"', (text) => (text === "none" ? null : toBaker(text)))
    .action(async (to: TzAddress | null) => {
      await delegateWallet(await services.acts(), randomUUID(), to);
      tell('it is signed by the running "taps start"; see "taps status"');
    });
};
