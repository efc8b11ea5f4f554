// Routes that change something: each is carried out once for its key, in the name of who asks.
import { z } from "zod";
import { type Principal } from "../application/accounts/authenticate.js";
import { position } from "../application/read-side/answer.js";
import { checked } from "./checked.js";
import { type Commanding, type Doing } from "./commanding.js";
import { askedOnce, once } from "./idempotency.js";
import { jsonOf } from "./json.js";
import { Problem, type ProblemType } from "./problem.js";
import { type Asked, type Demanded, type Route, type Sources } from "./route.js";

/** What every command answers. */
const written = z.object({
  position: position.nullable().describe("Of the last event that was written; null: it was so already"),
});

export const none = z.undefined();

interface CommandAsked<P extends z.ZodObject, B extends z.ZodType> extends Doing {
  readonly params: z.output<P>;
  readonly body: z.output<B>;
  /** What is to be changed, as `If-Match` names it; undefined unless the command is conditional. */
  readonly standing: number | undefined;
  readonly with: Commanding;
  /** Names this command among all: the same each time that it is asked for. */
  readonly name: string;
}

interface Described<P extends z.ZodObject, B extends z.ZodType, R extends z.ZodRawShape> {
  readonly id: string;
  /** Default: post. */
  readonly method?: "put" | "delete";
  readonly path: Route["path"];
  readonly tag: string;
  readonly summary: string;
  readonly access: "operator" | "admin";
  readonly params: P;
  readonly body: B;
  readonly bodyLimit?: number;
  /** Of its own, beside the position. */
  readonly result: R;
  /** Whether it demands `If-Match`: the revision that whoever asks has looked at. */
  readonly conditional?: true;
  readonly problems?: readonly ProblemType[];
  readonly act: (asked: CommandAsked<P, B>) => Promise<z.output<z.ZodObject<R>>>;
}

const PROBLEMS: readonly ProblemType[] = [
  "refused",
  "idempotency-key-missing",
  "idempotency-key-reused",
  "idempotency-key-in-use",
];
const CONDITIONAL: readonly ProblemType[] = ["condition-missing", "changed-since"];

/** `"17"`, as the resource's ETag was. */
const standingOf = (ifMatch: string | undefined): number => {
  if (ifMatch === undefined)
    throw new Problem("condition-missing", "say which revision this is to change: If-Match: <its ETag>");
  const [, revision] = /^"(0|[1-9][0-9]{0,14})"$/.exec(ifMatch) ?? [];
  if (revision === undefined) throw new Problem("changed-since", "If-Match is not an ETag of this resource");
  return Number(revision);
};

export const actorOf = ({ user, by }: Principal): string =>
  user ? `api:${user.name}` : `api-token:${"apiToken" in by ? by.apiToken : by.session}`;

const carryOut = async <P extends z.ZodObject, B extends z.ZodType, R extends z.ZodRawShape>(
  route: Described<P, B, R>,
  { commands }: Sources,
  asked: Asked,
) => {
  const { caller, id, headers } = asked;
  if (caller === undefined) throw new Problem("unauthenticated", "show a token");
  const params = checked("params", route.params, asked.params);
  const body = checked("body", route.body, asked.body);
  const condition = headers["if-match"];
  const given = headers["idempotency-key"];
  const standing = route.conditional ? standingOf(condition) : undefined;
  const said = jsonOf([route.id, asked.params, asked.body ?? null, condition ?? null]);
  const key = askedOnce(caller, typeof given === "string" ? given : undefined, said);
  const { answer, again } = await once(commands, key, async () => {
    const doing = commands.doing({ actor: actorOf(caller), request: id });
    const name = `${key.caller}.${key.key}`;
    const result = await route.act({ ...doing, params, body, standing, with: commands, name });
    return jsonOf({ ...result, position: doing.written() ?? null });
  });
  return { json: answer, again };
};

/** One command. What `act` throws is told as a refusal, or as what it is. */
export const command = <P extends z.ZodObject, B extends z.ZodType, R extends z.ZodRawShape>(
  described: Described<P, B, R>,
): Route => {
  const { act: _, conditional, result, problems = [], ...route } = described;
  const demands: Demanded[] = ["idempotency-key"];
  if (conditional) demands.push("if-match");
  return {
    method: "post",
    ...route,
    query: z.object({}),
    result: written.extend(result),
    demands,
    problems: [...PROBLEMS, ...(conditional ? CONDITIONAL : []), ...problems],
    answer: (sources, asked) => carryOut(described, sources, asked),
  };
};
