import { type Command } from "commander";
import { type Digest, payoutFrom, type StreamName } from "../application/arguments.js";
import { type Acts } from "../application/commands/acts.js";
import { resumePayment } from "../application/commands/money.js";
import { approvePayout, rejectPayout } from "../application/commands/payouts.js";
import { showPayout } from "../application/queries/payout.js";
import { tez } from "../application/queries/progress.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, print, printJson, tell, toDigest } from "./io.js";

const ID = "the payment's id";
const DIGEST = 'the plan\'s digest, as "taps payout show" prints it';

const THEN = "print the payment as it is then, as one JSON object";

interface Rejecting extends Json {
  readonly digest: Digest;
  readonly reason: string;
}

type Shown = Awaited<ReturnType<typeof showPayout>>;

const excessInWords = ({ ceiling, limit, found }: NonNullable<Shown["exceeded"]>[number]): string =>
  typeof limit === "bigint"
    ? `above the ceiling ${ceiling}: ${tez(found)}, and the limit is ${tez(limit)}`
    : `above the ceiling ${ceiling}: ${tez(found)} is more than ${limit} % off the last cycles`;

/** A head, and one line an obligation. */
const inWords = (shown: Shown): void => {
  const { payment, now, planned, exceeded, approvedBy, paid, charged, carried, held, pending, funds } = shown;
  print(`${payment}: ${now}`);
  if (planned) print(`${planned.obligations} payments, ${tez(planned.due)}, digest ${planned.digest}`);
  for (const excess of exceeded ?? []) print(excessInWords(excess));
  if (approvedBy !== null) print(`approved by ${approvedBy}`);
  print(
    `${tez(paid)} paid, ${tez(charged)} charged, ${tez(carried)} carried, ${tez(held)} held, ${pending} under way`,
  );
  if (funds && funds.missing > 0n)
    print(`the wallet has ${tez(funds.balance)}, and ${tez(funds.missing)} are missing`);
  for (const { id, recipient, due, at, operation, reason } of shown.obligations) {
    const to = id.endsWith(`:${recipient}`) ? "" : ` to ${recipient}`;
    print(
      `${id}${to}: ${tez(due)} ${at}${[operation, reason].map((more) => (more ? `, ${more}` : "")).join("")}`,
    );
  }
};

/** What a payment has become, in words; the whole of it as JSON. */
const nowOf = async (acts: Acts, payment: StreamName, { json }: Json): Promise<string> => {
  const shown = await showPayout(acts, payment);
  if (json) printJson(shown);
  return shown.now;
};

export const payoutCommand = (program: Command, services: Services): void => {
  const payout = program.command("payout").description("a payment by its id: 750, bond_750 or batch_<id>");
  payout
    .command("show")
    .description("what is planned, what it waits for, and what became of it")
    .argument("<id>", ID)
    .option("--json", "print one JSON object")
    .action(async (id: string, options: Json) => {
      const acts = await services.view();
      const found = await showPayout(acts, toPayout(acts.baker, id));
      if (options.json) printJson(found);
      else inWords(found);
    });
  payout
    .command("approve")
    .description("pay a plan that waits because it is above a ceiling")
    .argument("<id>", ID)
    .requiredOption("--digest <d>", DIGEST, toDigest)
    .option("--json", THEN)
    .action(async (id: string, { digest, ...options }: Json & { readonly digest: Digest }) => {
      const acts = await services.acts();
      const payment = toPayout(acts.baker, id);
      await approvePayout(acts, payment, digest);
      tell(`the plan of ${id} is approved: ${await nowOf(acts, payment, options)}`);
    });
  payout
    .command("reject")
    .description("void a cycle's plan before anything of it is sent, and hold the cycle")
    .argument("<id>", ID)
    .requiredOption("--digest <d>", DIGEST, toDigest)
    .requiredOption("--reason <text>", "why")
    .option("--json", THEN)
    .action(async (id: string, { digest, reason, ...options }: Rejecting) => {
      const acts = await services.acts();
      const payment = toPayout(acts.baker, id);
      await rejectPayout(acts, payment, digest, reason);
      await nowOf(acts, payment, options);
      tell(
        `the plan of ${id} is void and the cycle held, also of single payments nothing is held any more: ` +
          `after "taps cycle release ${id}" it is planned anew`,
      );
    });
  payout
    .command("resume")
    .description("pay on what a switch to off has withdrawn")
    .argument("<id>", ID)
    .option("--json", THEN)
    .action(async (id: string, options: Json) => {
      const acts = await services.acts();
      const payment = toPayout(acts.baker, id);
      await resumePayment(acts, payment);
      tell(await nowOf(acts, payment, options));
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
