import { Router, type Request } from "express";
import { z } from "zod";
import { type Content } from "../../application/ports/chain.js";
import { type Json } from "../../domain/digest.js";
import { asCycle, asLevel } from "../../domain/identifiers.js";
import { contentsOf, forge, isSigned, rpcOperation, type RpcOperation } from "../codec.js";
import { failure, invalidSignature } from "../model/errors.js";
import { type Block } from "../model/types.js";
import { type Sandbox } from "../sandbox.js";
import { levelInfo } from "./blocks.js";
import { badArgument, badBody, blockOf, refuse, send } from "./http.js";
import { receipts } from "./render.js";

const signature = z.string().regex(/^(sig|edsig|spsig1|p2sig)[1-9A-HJ-NP-Za-km-z]+$/);
const toRun = z.object({ operation: rpcOperation.extend({ signature: signature.optional() }) });
const toPreapply = z.array(rpcOperation.extend({ protocol: z.string(), signature }));

const body = <T>(schema: z.ZodType<T>, request: Request): T => {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => `  At /${path.join("/")}:\n    ${message}`);
  throw badBody(`No case matched:\n${issues.join("\n")}`);
};

/** Runs an operation after a block; throws what makes it invalid as a whole. */
const run = ({ chain }: Sandbox, block: Block, operation: RpcOperation): Json[] => {
  const contents = contentsOf(operation);
  const simulated = chain.simulate(contents, block.hash);
  if (simulated.outcome === "refused") throw refuse(simulated.errors);
  return receipts(contents, simulated.contents, chain.genesis.rules);
};

/** Cycles from the block's own, as the query's `offset` says. */
const offsetOf = (request: Request): number => {
  const { offset = "0" } = request.query;
  const text = typeof offset === "string" ? offset : "";
  if (!/^-?[0-9]+$/.test(text)) throw badArgument("offset", text);
  return Number(text);
};

/** `/chains/main/blocks/{block_id}/helpers`. */
export const helperRoutes = (sandbox: Sandbox): Router => {
  const router = Router();
  const { chain } = sandbox;

  for (const name of ["simulate_operation", "run_operation"]) {
    router.post(`/:block/helpers/scripts/${name}`, (request, response) => {
      const block = blockOf(sandbox, String(request.params["block"]));
      const { operation } = body(toRun, request);
      const signed = operation.signature !== undefined && { signature: operation.signature };
      send(response, { contents: run(sandbox, block, operation), ...signed });
    });
  }
  router.post("/:block/helpers/preapply/operations", (request, response) => {
    const block = blockOf(sandbox, request.params.block);
    const results = body(toPreapply, request).map((operation) => {
      const key = signingKey(sandbox, contentsOf(operation), block);
      if (key !== undefined && !isSigned(forge(operation), key, operation.signature)) {
        throw refuse([invalidSignature]);
      }
      return { contents: run(sandbox, block, operation), signature: operation.signature };
    });
    send(response, results);
  });
  router.post("/:block/helpers/forge/operations", (request, response) => {
    blockOf(sandbox, request.params.block);
    send(response, forge(body(rpcOperation, request)));
  });
  router.get("/:block/helpers/current_level", (request, response) => {
    const block = blockOf(sandbox, request.params.block);
    const level = block.level + offsetOf(request);
    if (level < 0) throw refuse([failure("negative level")]);
    send(response, levelInfo(sandbox, asLevel(level)));
  });
  router.get("/:block/helpers/levels_in_current_cycle", (request, response) => {
    const block = blockOf(sandbox, request.params.block);
    const cycle = chain.cycleOf(block.level) + offsetOf(request);
    if (cycle < 0) throw refuse([failure("no such cycle")]);
    send(response, { ...chain.cycleLevels(asCycle(cycle)) });
  });
  return router;
};

/** The key that must have signed an operation; undefined if it is not known, which is an error of its own. */
export const signingKey = (
  { chain }: Sandbox,
  [first]: readonly Content[],
  block: Block = chain.head,
): string | undefined => {
  if (first?.kind === "reveal") return first.publicKey;
  return first && chain.account(first.source, block.hash)?.publicKey;
};
