import { type Command } from "commander";
import { type TzAddress } from "../application/arguments.js";
import { setPayer } from "../application/commands/payer.js";
import { type Services } from "../application/services.js";
import { tell, toBaker } from "./io.js";

export const payerCommand = (program: Command, services: Services): void => {
  const payer = program.command("payer").description("which wallet pays");
  payer
    .command("set")
    .description("let another wallet pay; refused until all that the former one has begun is at its end")
    .argument("<address>", "the wallet's address", toBaker)
    .action(async (address: TzAddress) => {
      const acts = await services.acts();
      const mode = await setPayer(acts, address);
      tell(`${address} pays; the mode is ${mode}`);
      if (acts.payer !== undefined && acts.payer !== address)
        tell(`PAYER still names ${acts.payer}: set it to ${address}, or unset it, wherever TAPS runs`);
      if (mode !== "on")
        tell(
          'give TAPS its key ("taps wallet import", or SIGNER_URL), and some tez; then run "taps mode on"',
        );
    });
};
