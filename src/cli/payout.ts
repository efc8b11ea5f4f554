import { type Command } from "commander";
import { type Digest, payoutFrom } from "../application/arguments.js";
import { resumePayment } from "../application/commands/money.js";
import { approvePayout, rejectPayout } from "../application/commands/payouts.js";
import { showPayout } from "../application/queries/payout.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, show, tell, toDigest } from "./io.js";

const ID = "the payment's id";
const DIGEST = 'the plan\'s digest, as "taps payout show" prints it';

export const payoutCommand = (program: Command, services: Services): void => {
  const payout = program.command("payout").description("a payment by its id: 750, bond_750 or batch_<id>");
  payout
    .command("show")
    .description("what is planned, what it waits for, and what became of it")
    .argument("<id>", ID)
    .option("--json", "print one JSON object")
    .action(async (id: string, options: Json) => {
      const acts = await services.view();
      show(await showPayout(acts, toPayout(acts.baker, id)), options);
    });
  payout
    .command("approve")
    .description("pay a plan that waits because it is above a ceiling")
    .argument("<id>", ID)
    .requiredOption("--digest <d>", DIGEST, toDigest)
    .action(async (id: string, { digest }: { readonly digest: Digest }) => {
      const acts = await services.acts();
      await approvePayout(acts, toPayout(acts.baker, id), digest);
      tell(`the plan of ${id} is approved: it is paid by the running "taps start"`);
    });
  payout
    .command("reject")
    .description("void a cycle's plan before anything of it is sent, and hold the cycle")
    .argument("<id>", ID)
    .requiredOption("--digest <d>", DIGEST, toDigest)
    .requiredOption("--reason <text>", "why")
    .action(async (id: string, { digest, reason }: { readonly digest: Digest; readonly reason: string }) => {
      const acts = await services.acts();
      await rejectPayout(acts, toPayout(acts.baker, id), digest, reason);
      tell(
        `the plan of ${id} is void and the cycle held, also of single payments nothing is held any more: ` +
          `after "taps cycle release ${id}" it is planned anew`,
      );
    });
  payout
    .command("resume")
    .description("pay on what a switch to off has withdrawn")
    .argument("<id>", ID)
    .action(async (id: string) => {
      const acts = await services.acts();
      await resumePayment(acts, toPayout(acts.baker, id));
      tell('it is signed by the running "taps start"');
    });
};

export const toPayout = (baker: Parameters<typeof payoutFrom>[0], id: string) => {
  const stream = payoutFrom(baker, id);
  if (stream === undefined)
    throw new CommandEnd(
      EXIT.usage,
      `"${id}" names no payment: a cycle's number, bond_<cycle> or batch_<id>`,
    );
  return stream;
};
