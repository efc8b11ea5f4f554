import { type Command } from "commander";
import {
  type Claim,
  classifyOperation,
  exactClaims,
  type PaidClaim,
} from "../application/commands/classify.js";
import { claimFrom, type OperationHash } from "../application/arguments.js";
import { reconcile } from "../application/queries/reconcile.js";
import { tez } from "../application/queries/progress.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, print, printJson, tell, toHash } from "./io.js";

type Found = Awaited<ReturnType<typeof reconcile>>;

const inWords = ({
  foreign,
  lost,
  complete,
  contents,
  countersUsed,
  from,
  upTo,
  operations,
}: Found): void => {
  print(`${operations} operations of the wallet in blocks ${from + 1} to ${upTo}`);
  if (!complete) print(`NOT COMPLETE: ${contents} contents, and ${countersUsed} counters were used`);
  for (const { hash, level } of lost) print(`LOST: ${hash} was final in block ${level} and is not on chain`);
  for (const { hash, level, claimed, contents: sent } of foreign) {
    print(`FOREIGN: ${hash} in block ${level}`);
    if (claimed.length > 0)
      print(
        `  said to have paid ${claimed.map(({ content, name }) => `${content}=${name}`).join(" ")}: say it again`,
      );
    for (const { content, kind, target, amount, status, matches } of sent) {
      print(`  ${content}: ${kind} ${status}${amount === null ? "" : `, ${tez(amount)} to ${target}`}`);
      for (const { name, due, isExact } of matches)
        print(`     may pay ${name}: ${tez(due)} due${isExact ? ", exactly" : ""}`);
    }
  }
};

const ADVICE =
  "nothing is signed until each foreign operation is classified: taps reconcile classify <hash> unrelated, " +
  "taps reconcile classify <hash> exact where each transfer paid exactly what is owed, or taps reconcile classify <hash> pays <content>=<payout>/<delegator>";

/** What a claim came to; what nobody is charged for is said. */
const claimInWords = ({ content, payment, obligation, due, sent, isLedgers }: PaidClaim): string => {
  const name = `${payment.slice(payment.indexOf("_") + 1)}/${obligation}`;
  const difference = sent - due;
  const rest =
    difference === 0n
      ? ""
      : isLedgers
        ? `; the ledger has the difference of ${tez(-difference)}`
        : difference > 0n
          ? `; ${tez(difference)} too much, which is not taken off anything: ask for it back`
          : `; ${tez(-difference)} too little, which nobody is owed: send it with "taps transfer"`;
  return `${content}: ${tez(sent)} sent, ${tez(due)} due for ${name}${rest}`;
};

export const reconcileCommand = (program: Command, services: Services): void => {
  const command = program
    .command("reconcile")
    .description("hold the log against all that the wallet has signed on chain")
    .option("--json", "print one JSON object")
    .action(async (options: Json) => {
      const found = await reconcile(await services.view(), await services.operations());
      if (options.json) printJson(found);
      else inWords(found);
      if (found.explained) tell("the log explains the chain");
      else
        throw new CommandEnd(
          EXIT.refused,
          found.foreign.length > 0 ? ADVICE : "the log and the chain differ",
        );
    });
  command
    .command("classify")
    .description("say what an operation was that TAPS did not sign")
    .argument("<hash>", "the operation", toHash)
    .argument(
      "<kind>",
      '"unrelated"; "exact": each transfer paid the one open payment of its receiver and amount; or "pays" and what it paid',
    )
    .argument("[claims...]", "<content>=<payout>/<delegator>, such as 0=750/tz1...")
    .requiredOption("--reason <text>", "why it was sent")
    .option("--json", "print one JSON object")
    .action(
      async (
        hash: OperationHash,
        kind: string,
        claims: readonly string[],
        { reason }: { readonly reason: string },
        self: Command,
      ) => {
        // "reconcile" has the same option, and takes it.
        const { json } = self.optsWithGlobals<Json>();
        if (kind !== "unrelated" && kind !== "exact" && kind !== "pays")
          throw new CommandEnd(EXIT.usage, `"${kind}" is none of "unrelated", "exact" and "pays"`);
        if ((kind === "pays") !== claims.length > 0)
          throw new CommandEnd(EXIT.usage, 'say what it pays: "pays <content>=<payout>/<delegator>..."');
        const acts = await services.acts();
        const said = claims.map((text): Claim => {
          const claim = claimFrom(acts.baker, text);
          if (claim !== undefined) return claim;
          throw new CommandEnd(EXIT.usage, `"${text}" is not <content>=<payout>/<delegator>`);
        });
        const pays = kind === "exact" ? await exactClaims(acts, hash) : said;
        const paid = await classifyOperation(acts, hash, pays, reason);
        if (json) printJson({ hash, pays: paid.map(({ isLedgers: _, ...claim }) => claim) });
        else for (const claim of paid) print(claimInWords(claim));
        tell(`${hash} is classified`);
      },
    );
};
