import { type Command } from "commander";
import { type Address, type BasisPoints, type Mutez } from "../application/arguments.js";
import { type Acts } from "../application/commands/acts.js";
import {
  removeBondPoolMember,
  setBondPoolMember,
  switchBondPool,
} from "../application/commands/bond-pool.js";
import { showBondPool } from "../application/queries/bond-pool.js";
import { type Services } from "../application/services.js";
import { type Json, printJson, show, tell, toAddress, toBasisPoints, toMutez } from "./io.js";

interface Setting extends Json {
  readonly amount: Mutez;
  readonly chargeBps: BasisPoints;
  readonly manager?: true;
}

const MEMBER = "the member's address";
const THEN = "print the pool as it is then, as one JSON object";

export const bondPoolCommand = (program: Command, services: Services): void => {
  const pool = program
    .command("bond-pool")
    .description("who shares what a cycle leaves with the baker, by what each put in");
  const done = async (acts: Acts, { json }: Json, what: string): Promise<void> => {
    if (json) printJson(await showBondPool(acts));
    tell(what);
  };
  pool
    .command("show")
    .description("the pool's members and manager, whether it is on, and what the newest cycles left to it")
    .option("--json", "print one JSON object")
    .action(async (options: Json) => show(await showBondPool(await services.view()), options));
  pool
    .command("set")
    .description("set what a member put in and is charged")
    .argument("<member>", MEMBER, toAddress)
    .requiredOption("--amount <mutez>", "what it put in", toMutez)
    .requiredOption(
      "--charge-bps <n>",
      "what the manager is paid of its share, in basis points: 500 is 5 %",
      toBasisPoints,
    )
    .option("--manager", "make it the manager, in the place of another; a manager stays it without")
    .option("--json", THEN)
    .action(async (member: Address, { amount, chargeBps, manager, ...options }: Setting) => {
      const acts = await services.acts();
      await setBondPoolMember(acts, member, { amount, chargeBps, manager: manager === true });
      await done(acts, options, `${member} is set`);
    });
  pool
    .command("remove")
    .description("take a member out; refused for the last one and for the manager while the pool is on")
    .argument("<member>", MEMBER, toAddress)
    .option("--json", THEN)
    .action(async (member: Address, options: Json) => {
      const acts = await services.acts();
      const wasMember = await removeBondPoolMember(acts, member);
      await done(acts, options, wasMember ? `${member} is removed` : `${member} is no member`);
    });
  for (const [to, description] of [
    ["on", "share what this and later cycles leave; needs a manager, and members who put something in"],
    ["off", "keep what cycles leave that are not shared yet"],
  ] as const)
    pool
      .command(to)
      .description(description)
      .option("--json", THEN)
      .action(async (options: Json) => {
        const acts = await services.acts();
        await switchBondPool(acts, to);
        await done(acts, options, `the bond pool is ${to}`);
      });
};
