// What goes wrong between a client and a node or TzKT that are themselves in order.
import { type NextFunction, type Request, type RequestHandler, type Response } from "express";
import * as errors from "../model/errors.js";
import { type ChainError } from "../model/types.js";
import { refuse } from "../node/http.js";
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

const cutReply = (response: Response): void => {
  const send = response.send.bind(response);
  response.send = (body: unknown) =>
    send(typeof body === "string" ? body.slice(0, Math.floor(body.length / 2)) : body);
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
    if (chance.happens(`${of} cut`, faults.cutJson)) cutReply(response);
    if (of === "node") showOlderHead(request);
    if (isInjection(request)) disturbInjection(response);
    const { hang } = faults;
    if (hang === undefined || !chance.happens(`${of} hang`, hang.chance)) return next();
    setTimeout(next, hang.ms).unref();
  };
};
