import { Router, type Request } from "express";
import { z } from "zod";
import { address, isContractAddress, tzAddress, type ContractAddress } from "../domain/identifiers.js";
import { mutezCodec, ZERO } from "../domain/money.js";
import { script } from "./model/serial.js";
import { type Operation } from "./model/types.js";
import { badBody } from "./node/http.js";
import { type Sandbox } from "./sandbox.js";

/** `all` of the mempool, `none`, or the operations named. */
const include = z.union([z.enum(["all", "none"]), z.array(z.string())]).default("all");
const included = (wanted: z.infer<typeof include>) => (operation: Operation) =>
  typeof wanted === "string" ? wanted === "all" : wanted.includes(operation.hash);

const toBake = z.strictObject({ count: z.number().int().min(1).max(10_000).default(1), include });
const toReorganise = z.strictObject({
  depth: z.number().int().min(1),
  include,
  forget: z.array(z.string()).default([]),
});
const toPace = z.strictObject({
  blockTime: z.union([z.literal("manual"), z.number().int().min(10)]),
});
const toFund = z.strictObject({ address, amount: mutezCodec });
const toEmpty = z.strictObject({ address: tzAddress });
const contract = z.custom<ContractAddress>((v) => typeof v === "string" && isContractAddress(v));
const toOriginate = z.strictObject({ address: contract, balance: mutezCodec.default(ZERO), script });

const body = <T>(schema: z.ZodType<T>, request: Request): T => {
  const parsed = schema.safeParse(request.body ?? {});
  if (!parsed.success) throw badBody(z.prettifyError(parsed.error));
  return parsed.data;
};

/** The sandbox's own paths under `/sandbox`: what on a real chain is up to others. */
export const controlRoutes = (sandbox: Sandbox): Router => {
  const router = Router();
  const status = () => {
    const { level, hash } = sandbox.chain.head;
    return { chainId: sandbox.chainId, level, hash, cycle: sandbox.chain.cycleOf(level) };
  };

  router.get("/status", (_, response) => response.json(status()));
  router.post("/bake", (request, response) => {
    const { count, include: wanted } = body(toBake, request);
    for (let n = 0; n < count; n += 1) sandbox.bake({ include: included(wanted) });
    response.json(status());
  });
  router.post("/reorganise", (request, response) => {
    const { depth, include: wanted, forget } = body(toReorganise, request);
    if (depth > sandbox.chain.head.level) throw badBody("there are not so many blocks");
    sandbox.reorganise({
      depth,
      include: included(wanted),
      forget: (operation) => forget.includes(operation.hash),
    });
    response.json(status());
  });
  router.post("/pace", (request, response) => {
    sandbox.setBlockTime(body(toPace, request).blockTime);
    response.json(status());
  });
  router.post("/fund", (request, response) => {
    sandbox.intervene({ kind: "credit", ...body(toFund, request) });
    response.json(status());
  });
  router.post("/empty", (request, response) => {
    sandbox.intervene({ kind: "empty", ...body(toEmpty, request) });
    response.json(status());
  });
  router.post("/contracts", (request, response) => {
    sandbox.intervene({ kind: "originate", ...body(toOriginate, request) });
    response.json(status());
  });
  return router;
};
