import { Router, type Request, type Response } from "express";
import { type Json } from "../../domain/digest.js";
import { type OperationHash } from "../../domain/identifiers.js";
import { decodeSigned, isSigned, UnreadableOperation } from "../codec.js";
import { failure, invalidSignature } from "../model/errors.js";
import { type MempoolClass, type MempoolEntry } from "../model/mempool.js";
import { REPLACE_BY_FEE } from "../model/rules.js";
import { type Block } from "../model/types.js";
import { type Sandbox } from "../sandbox.js";
import { shellHeader } from "./blocks.js";
import { signingKey } from "./helpers.js";
import { badBody, refuse, send } from "./http.js";
import { errorToRpc, operationToRpc } from "./render.js";

const CLASSES: Readonly<Record<string, MempoolClass>> = {
  validated: "validated",
  refused: "refused",
  outdated: "outdated",
  branch_refused: "branch-refused",
  branch_delayed: "branch-delayed",
};

/** Query flags as nodes take them: `sources` may be repeated, a class is left out by `=false`. */
const listOf = (request: Request, name: string): readonly unknown[] => {
  const value = request.query[name];
  return value === undefined ? [] : [value].flat();
};

const pendingOperations = (sandbox: Sandbox, request: Request): Json => {
  const { protocol } = sandbox.chain.genesis.rules.constants;
  const sources = listOf(request, "sources");
  const hashes = listOf(request, "operation_hash");
  const passes = listOf(request, "validation_pass");
  const asked = ({ operation }: MempoolEntry): boolean =>
    (sources.length === 0 || sources.includes(operation.contents[0]?.source)) &&
    (hashes.length === 0 || hashes.includes(operation.hash)) &&
    (passes.length === 0 || passes.includes("3"));
  const entries = sandbox.chain.mempool().filter(asked);
  const shown = ({ operation, state, errors }: MempoolEntry): Json =>
    state === "validated"
      ? operationToRpc(operation)
      : { ...operationToRpc(operation), protocol, error: errors.map(errorToRpc) };
  const classes = Object.entries(CLASSES).map(([name, state]): [string, Json] => [
    name,
    request.query[name] === "false" ? [] : entries.filter((entry) => entry.state === state).map(shown),
  ]);
  return { ...Object.fromEntries(classes), unprocessed: [] };
};

/** Takes signed bytes to the mempool. A signature is looked at first: without it nothing else is of interest. */
const inject = (sandbox: Sandbox, hex: string): OperationHash => {
  const { operation, forged } = readable(hex);
  const key = signingKey(sandbox, operation.contents);
  if (key !== undefined && !isSigned(forged, key, operation.signature)) throw refuse([invalidSignature]);
  const outcome = sandbox.chain.inject(operation);
  if (!outcome.accepted) throw refuse(outcome.errors);
  return operation.hash;
};

const readable = (hex: string): ReturnType<typeof decodeSigned> => {
  try {
    return decodeSigned(hex);
  } catch (error) {
    if (error instanceof UnreadableOperation) throw refuse([failure("Can't parse the operation")]);
    throw error;
  }
};

/** Streams heads, one JSON object each, beginning with the present one, until the reader goes. */
const streamHeads = (sandbox: Sandbox, response: Response): void => {
  response.type("json");
  const write = (block: Block): void => {
    const header = { hash: block.hash, ...shellHeader(block), protocol_data: "" };
    response.write(`${JSON.stringify(header)}\n`);
  };
  write(sandbox.chain.head);
  response.on("close", sandbox.onHead(write));
};

/** What a node answers beside its blocks: chain, mempool, injection, version, the stream of heads. */
export const shellRoutes = (sandbox: Sandbox): Router => {
  const router = Router();
  const { fees } = sandbox.chain.genesis.rules;
  const filter = {
    minimal_fees: fees.minimalFee.toString(),
    minimal_nanotez_per_gas_unit: [fees.nanotezPerGasUnit.toString(), "1"],
    minimal_nanotez_per_byte: [fees.nanotezPerByte.toString(), "1"],
    replace_by_fee_factor: [REPLACE_BY_FEE.numerator.toString(), REPLACE_BY_FEE.denominator.toString()],
    max_operations: 10000,
    max_total_bytes: 10000000,
  };

  router.get("/chains/:chain/chain_id", (_, response) => send(response, sandbox.chainId));
  router.get("/chains/:chain/is_bootstrapped", (_, response) =>
    send(response, { bootstrapped: true, sync_state: "synced" }),
  );
  router.get("/chains/:chain/mempool/filter", (request, response) =>
    send(response, request.query["include_default"] === "false" ? {} : filter),
  );
  router.get("/chains/:chain/mempool/pending_operations", (request, response) =>
    send(response, pendingOperations(sandbox, request)),
  );
  router.post("/injection/operation", (request, response) => {
    if (typeof request.body !== "string") throw badBody("Invalid JSON object: expected a string.");
    send(response, inject(sandbox, request.body));
  });
  router.get("/monitor/heads/:chain", (_, response) => streamHeads(sandbox, response));
  router.get("/version", (_, response) =>
    send(response, {
      version: { major: 25, minor: 1, build: 0, additional_info: "release" },
      network_version: { chain_name: "TAPS_SANDBOX", distributed_db_version: 2, p2p_version: 1 },
      commit_info: { commit_hash: "00000000", commit_date: "2026-08-21 00:00:00 +0000" },
    }),
  );
  return router;
};
