import { type Command, InvalidArgumentError } from "commander";
import {
  createApiToken,
  listApiTokens,
  MOST_DAYS,
  revokeApiToken,
} from "../application/accounts/api-tokens.js";
import { type ApiToken, type Scope, SCOPES } from "../application/ports/accounts.js";
import { type Services } from "../application/services.js";
import { refuseAccount } from "./accounts.js";
import { type Json, print, printJson, tell } from "./io.js";

const DEFAULT_DAYS = 90;

interface CreateOptions extends Json {
  readonly scopes: readonly Scope[];
  readonly user?: string;
  readonly days: number;
}

const toScopes = (text: string): readonly Scope[] => {
  const names = text.split(",").map((name) => name.trim());
  const scopes = SCOPES.filter((scope) => names.includes(scope));
  if (scopes.length === new Set(names).size) return scopes;
  throw new InvalidArgumentError(`some of ${SCOPES.join(", ")}, joined by commas.`);
};

const toDays = (text: string): number => {
  if (/^[1-9][0-9]{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`a whole number of days, 1 to ${MOST_DAYS}.`);
};

/** As everybody may see it: of whom it is, the name alone. */
const shown = ({ account, ...token }: ApiToken) => ({ ...token, user: account?.name ?? null });

const day = (time: Date): string => time.toISOString().slice(0, 10);

const inOneLine = ({ id, name, scopes, account, expiresAt, lastUsedAt, revokedAt }: ApiToken): string => {
  const use = lastUsedAt === null ? "never used" : `last used ${day(lastUsedAt)}`;
  const end = revokedAt === null ? `until ${day(expiresAt)}` : `revoked ${day(revokedAt)}`;
  return [id, name, account?.name ?? "nobody's", scopes.join(","), end, use].join("  ");
};

export const tokenCommand = (program: Command, services: Services): void => {
  const token = program.command("token").description("tokens by which programs use the API");
  token
    .command("create")
    .description("make a token; it is printed now and never again")
    .argument("<name>", "what it is for")
    .requiredOption("--scopes <list>", "read, operate, admin; each includes those before it", toScopes)
    .option("--user <name>", "whose it is: it may do no more than the user may (default: nobody's)")
    .option("--days <n>", `how long it lives, at most ${MOST_DAYS}`, toDays, DEFAULT_DAYS)
    .option("--json", "print one JSON object, the token as its secret")
    .action(async (name: string, { scopes, user, days, json }: CreateOptions) => {
      const made = await createApiToken(await services.accounts(), { name, scopes, user, days });
      if ("refused" in made) return refuseAccount(made);
      if (json) printJson({ ...shown(made.token), secret: made.secret });
      else print(made.secret);
      tell(`${made.token.id} is good until ${day(made.token.expiresAt)}; the token is not shown again`);
    });
  token
    .command("list")
    .description("all tokens, the newest first; of none the secret is known")
    .option("--json", "print one JSON object")
    .action(async ({ json }: Json) => {
      const tokens = await listApiTokens(await services.viewAccounts());
      if (json) printJson({ tokens: tokens.map(shown) });
      else if (tokens.length === 0) print("there are no tokens");
      else for (const each of tokens) print(inOneLine(each));
    });
  token
    .command("revoke")
    .description("end a token, from its next request on and for good")
    .argument("<id>", "the token's id")
    .option("--json", "print one JSON object")
    .action(async (id: string, { json }: Json) => {
      const outcome = await revokeApiToken(await services.accounts(), id);
      if ("refused" in outcome) return refuseAccount(outcome);
      if (json) printJson({ id, revoked: true });
      tell(`${id} is revoked`);
    });
};
