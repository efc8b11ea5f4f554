import { text } from "node:stream/consumers";
import { type Command } from "commander";
import { ensureRegistered, registerPayer } from "../application/commands/registration.js";
import { type Services } from "../application/services.js";
import { print, printJson, tell } from "./io.js";

export const walletCommand = (program: Command, services: Services): void => {
  const wallet = program.command("wallet").description("the wallet that pays");
  wallet
    .command("import")
    .description("keep a secret key or mnemonic, read from standard input, encrypted")
    .action(async () => {
      const address = await services.importWallet(await text(process.stdin));
      const acts = await services.acts();
      await ensureRegistered(acts);
      await registerPayer(acts, address);
      tell(`${address} is imported and pays`);
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
