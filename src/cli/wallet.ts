import { text } from "node:stream/consumers";
import { type Command } from "commander";
import { importWallet } from "../application/commands/wallet.js";
import { type Services } from "../application/services.js";
import { print, printJson, tell } from "./io.js";

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
      const address = (await services.walletAddress()) ?? null;
      if (json === true) printJson({ address });
      else print(address ?? "no wallet is imported");
    });
};
