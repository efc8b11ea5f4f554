import { type Command } from "commander";
import { type Cycle, describeRefusal, type Level, type TzAddress } from "../application/arguments.js";
import { policyFrom } from "../application/commands/policy.js";
import { compare, type ComparedReceiver, type Comparison } from "../application/queries/compare.js";
import { tez } from "../application/queries/progress.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, print, printJson, tell, toBaker, toCycle, toLevel } from "./io.js";
import { policyFile, type PolicyOptions, withPolicyOptions } from "./policy-options.js";

interface Options extends Json, PolicyOptions {
  readonly baker?: TzAddress;
  readonly payer?: TzAddress;
  readonly fromLevel?: Level;
  readonly toLevel?: Level;
}

const inOneLine = ({ recipient, owed, paid, charged, difference, verdict }: ComparedReceiver): string =>
  `${recipient}: ${verdict}: ${tez(owed)} owed, ${tez(paid)} paid` +
  `${charged === 0n ? "" : ` and ${tez(charged)} of costs`}, ${difference > 0n ? "+" : ""}${tez(difference)}`;

const inWords = (found: Comparison): void => {
  const { cycle, payer, window, engineVersion, counts, others } = found;
  print(`cycle ${cycle} by ${engineVersion}; transfers of ${payer} in blocks ${window.from} to ${window.to}`);
  for (const receiver of found.receivers) if (receiver.difference !== 0n) print(inOneLine(receiver));
  print(`owed ${tez(found.owed)}, paid ${tez(found.paid)}`);
  print(
    `${counts.asOwed} as owed, ${counts.overpaid} overpaid, ${counts.underpaid} underpaid, ` +
      `${counts.missing} missing, ${counts.notOwed} paid and not owed`,
  );
  print(`overpaid by ${tez(found.overpaid)}, underpaid by ${tez(found.underpaid)}`);
  if (others.transfers > 0)
    print(`to ${others.receivers} others: ${tez(others.sum)} in ${others.transfers} transfers`);
};

const warn = ({ window, isDoubtful }: Comparison): void => {
  if (!window.isOver) tell(`the window ends in block ${window.to}, which has not come yet`);
  if (isDoubtful)
    tell(
      "few of them were sent anything in these blocks: this wallet may pay later, in advance, or not by itself. " +
        "Name the blocks (--from-level, --to-level), or the wallet (--payer)",
    );
};

export const compareCommand = (program: Command, services: Services): void => {
  const command = program
    .command("compare")
    .description(
      "hold what a wallet really paid for a cycle against what a policy owes; needs no key, node or database",
    )
    .argument("<n|last>", 'a cycle, or "last": the newest one that is finished', (text) =>
      text === "last" ? text : toCycle(text),
    )
    .option("--baker <pkh>", "the baker's address (default: BAKER)", toBaker)
    .option("--payer <address>", "the wallet that pays (default: the baker)", toBaker)
    .option(
      "--from-level <n>",
      "first block whose transfers count (default: behind the cycle's end)",
      toLevel,
    )
    .option("--to-level <n>", "last block whose transfers count (default: the next cycle's last)", toLevel)
    .option("--json", "print one JSON object");
  withPolicyOptions(command).action(async (cycle: "last" | Cycle, options: Options) => {
    const policy = policyFrom(await policyFile(options));
    const { baker: ours, ...ports } = services.compute();
    const baker = options.baker ?? ours;
    if (baker === undefined) throw new CommandEnd(EXIT.usage, "name the baker: --baker <pkh>, or BAKER");
    const { payer = baker, fromLevel, toLevel } = options;
    if (fromLevel !== undefined && toLevel !== undefined && fromLevel > toLevel)
      throw new CommandEnd(EXIT.usage, "--from-level is above --to-level");
    const found = await compare({ baker, cycle, policy, payer, fromLevel, toLevel }, ports);
    if ("refused" in found) throw new CommandEnd(EXIT.refused, found.refused.map(describeRefusal).join("\n"));
    if (options.json) printJson(found);
    else inWords(found);
    warn(found);
  });
};
