// What goes wrong between a client and a node or TzKT that are themselves in order.
import { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import { z } from "zod";
import * as errors from "../model/errors.js";
import { type ChainError } from "../model/types.js";
import { blockOf, notFound, refuse } from "../node/http.js";
import { type Sandbox } from "../sandbox.js";
import { type Chance } from "./chance.js";
import { type ExchangeFaults, type FaultPlan } from "./plan.js";

const STATUSES = {
  "429": "Too Many Requests",
  "500": "Internal Server Error",
  "502": "Bad Gateway",
} as const;

const REFUSALS = {
  temporary: errors.fullMempool,
  branch: errors.counterInThePast("", 2n, 1n),
  permanent: errors.feesTooLow,
} as const satisfies Record<ChainError["kind"], ChainError>;

const HEAD = /^\/chains\/[^/]+\/blocks\/head(?=[/?]|$)/;
const BLOCK = /^\/chains\/[^/]+\/blocks\/([^/]+)/;
const isInjection = ({ method, path }: Request): boolean =>
  method === "POST" && path === "/injection/operation";

/** Answers with a page as proxies make it; false if nothing of the kind happens. */
const answerInstead = (of: string, faults: ExchangeFaults, chance: Chance, response: Response): boolean => {
  for (const [status, text] of Object.entries(STATUSES)) {
    if (!chance.happens(`${of} ${status}`, faults[status as keyof typeof STATUSES])) continue;
    const title = `${status} ${text}`;
    response
      .status(Number(status))
      .type("html")
      .send(`<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`);
    return true;
  }
  return false;
};

/** Chain ids as mainnet has them; none of a sandbox's. */
const OTHER_CHAIN = "NetXdQprcVkpaWU";

/** Shows the reply's JSON as another one. */
const changeReply = (response: Response, change: (text: string) => string): void => {
  const send = response.send.bind(response);
  response.send = (body: unknown) => send(typeof body === "string" ? change(body) : body);
};

const rewardPage = z.looseObject({ delegators: z.array(z.looseObject({ delegatedBalance: z.number() })) });

const revised = (text: string, how: "missing" | "changed"): string => {
  const page = rewardPage.safeParse(JSON.parse(text));
  if (!page.success) return text;
  const { delegators } = page.data;
  const last = delegators.at(-1);
  const kept = delegators.slice(0, -1);
  const shown = last && how === "changed" ? [{ ...last, delegatedBalance: last.delegatedBalance + 1 }] : [];
  return JSON.stringify({ ...page.data, delegators: [...kept, ...shown] });
};

const loseReply = (response: Response): void => {
  response.send = () => {
    response.destroy();
    return response;
  };
};

/** Stands before the routes of node and TzKT; the sandbox's own paths are left alone. */
export const exchangeFaults = (sandbox: Sandbox, plan: FaultPlan, chance: Chance): RequestHandler => {
  const showOlderHead = (request: Request): void => {
    const { laggingHead } = plan.node;
    if (laggingHead === undefined || !HEAD.test(request.url)) return;
    if (!chance.happens("lagging head", laggingHead.chance)) return;
    const back = Math.min(laggingHead.blocks, sandbox.chain.head.level);
    request.url = request.url.replace(HEAD, (path) => `${path}~${back}`);
  };

  const hideOldBlock = (request: Request): void => {
    const { pruned } = plan.node;
    const [, id] = BLOCK.exec(request.path) ?? [];
    if (pruned === undefined || id === undefined || !chance.happens("pruned", pruned.chance)) return;
    if (blockOf(sandbox, id).level <= sandbox.chain.head.level - pruned.blocks) throw notFound();
  };

  const disturbNode = (request: Request, response: Response): void => {
    showOlderHead(request);
    hideOldBlock(request);
    if (chance.happens("other chain", plan.node.otherChain))
      changeReply(response, (text) => text.replaceAll(sandbox.chainId, OTHER_CHAIN));
  };

  const reviseRewards = (response: Response): void => {
    for (const how of ["missing", "changed"] as const)
      if (chance.happens(`row ${how}`, plan.tzkt.revisedRow[how]))
        changeReply(response, (text) => revised(text, how));
  };

  const disturbInjection = (response: Response): void => {
    const { refused, lostReply } = plan.injection;
    for (const kind of ["temporary", "branch", "permanent"] as const)
      if (chance.happens(`refused ${kind}`, refused[kind])) throw refuse([REFUSALS[kind]]);
    if (chance.happens("lost reply", lostReply)) loseReply(response);
  };

  return (request: Request, response: Response, next: NextFunction): void => {
    if (request.path.startsWith("/sandbox/")) return next();
    const of = request.path.startsWith("/v1/") ? "tzkt" : "node";
    const faults = plan[of];
    if (answerInstead(of, faults, chance, response)) return;
    if (chance.happens(`${of} cut`, faults.cutJson))
      changeReply(response, (text) => text.slice(0, Math.floor(text.length / 2)));
    if (of === "node") disturbNode(request, response);
    else if (request.path.startsWith("/v1/rewards/split/")) reviseRewards(response);
    if (isInjection(request)) disturbInjection(response);
    const { hang } = faults;
    if (hang === undefined || !chance.happens(`${of} hang`, hang.chance)) return next();
    setTimeout(next, hang.ms).unref();
  };
};
