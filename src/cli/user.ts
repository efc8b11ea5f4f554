import { type Command, Option } from "commander";
import { addUser, listUsers, setDisabled, setPassword, setRole } from "../application/accounts/users.js";
import { type Account, type Role, ROLES } from "../application/ports/accounts.js";
import { type Services } from "../application/services.js";
import { type AccountRefusal, refuseAccount } from "./accounts.js";
import { type Json, orRefuse, print, printJson, tell } from "./io.js";
import { readNewPassword } from "./secret.js";

const NAME = "the user's name";
const ROLES_HELP = "a viewer reads, an operator operates as well, an admin may do all";
const ON_STANDARD_INPUT = "the password is asked for, or read from standard input";

interface AddOptions extends Json {
  readonly role: Role;
}

const toRole = (text: string): Role =>
  orRefuse(
    ROLES.find((role) => role === text),
    `one of ${ROLES.join(", ")}.`,
  );

const inOneLine = ({ name, role, disabled }: Account): string =>
  `${name.padEnd(24)} ${disabled ? `${role.padEnd(8)} disabled` : role}`;

/** Shows what a user is now, or why nothing is changed. */
const conclude = (
  outcome: Account | { readonly refused: AccountRefusal },
  said: string,
  options: Json,
): void => {
  if ("refused" in outcome) return refuseAccount(outcome);
  if (options.json) printJson(outcome);
  tell(`${outcome.name} ${said}`);
};

export const userCommand = (program: Command, services: Services): void => {
  const user = program.command("user").description("who may use the API");
  user
    .command("add")
    .description(`add a user; ${ON_STANDARD_INPUT}`)
    .argument("<name>", "letters, digits, dots, dashes and underscores; their case makes no difference")
    .addOption(new Option("--role <role>", ROLES_HELP).choices(ROLES).makeOptionMandatory())
    .option("--json", "print the user as one JSON object")
    .action(async (name: string, { role, ...options }: AddOptions) => {
      const password = await readNewPassword();
      const added = await addUser(await services.accounts(), { name, role, password });
      conclude(added, "is added", options);
    });
  user
    .command("list")
    .description("all users, by name")
    .option("--json", "print one JSON object")
    .action(async ({ json }: Json) => {
      const users = await listUsers(await services.viewAccounts());
      if (json) printJson({ users });
      else if (users.length === 0) print("there are no users");
      else for (const each of users) print(inOneLine(each));
    });
  user
    .command("set-password")
    .description(`give a user a new password, which ends its sessions; ${ON_STANDARD_INPUT}`)
    .argument("<name>", NAME)
    .option("--json", "print the user as one JSON object")
    .action(async (name: string, options: Json) => {
      const password = await readNewPassword();
      const changed = await setPassword(await services.accounts(), name, password);
      conclude(changed, "has a new password; its sessions are ended", options);
    });
  user
    .command("set-role")
    .description(`give a user another role, from its next request on: ${ROLES_HELP}`)
    .argument("<name>", NAME)
    .argument("<role>", ROLES.join(", "), toRole)
    .option("--json", "print the user as one JSON object")
    .action(async (name: string, role: Role, options: Json) => {
      conclude(await setRole(await services.accounts(), name, role), `is ${role}`, options);
    });
  for (const [command, disabled, description, said] of [
    [
      "disable",
      true,
      "keep a user out, with all its sessions and tokens, from its next request on",
      "is kept out",
    ],
    ["enable", false, "let a user that was disabled log in again", "may log in"],
  ] as const)
    user
      .command(command)
      .description(description)
      .argument("<name>", NAME)
      .option("--json", "print the user as one JSON object")
      .action(async (name: string, options: Json) => {
        conclude(await setDisabled(await services.accounts(), name, disabled), said, options);
      });
};
