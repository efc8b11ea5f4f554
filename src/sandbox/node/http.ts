import { type NextFunction, type Request, type Response } from "express";
import { type Json } from "../../domain/digest.js";
import { blockHash, isAddress, type Address, type BlockHash } from "../../domain/identifiers.js";
import { failure } from "../model/errors.js";
import { type Block, type ChainError } from "../model/types.js";
import { type Sandbox } from "../sandbox.js";
import { errorToRpc } from "./render.js";

/** A node's answer other than 200: a JSON array of errors (500), or text. */
export class RpcFailure extends Error {
  override readonly name = "RpcFailure";
  constructor(
    readonly status: number,
    readonly body: readonly ChainError[] | string,
  ) {
    super(typeof body === "string" ? body : body.map((error) => error.id).join(", "));
  }
}

export const refuse = (errors: readonly ChainError[]): RpcFailure => new RpcFailure(500, errors);
export const notFound = (): RpcFailure => new RpcFailure(404, "");
export const badArgument = (name: string, value: string): RpcFailure =>
  new RpcFailure(400, `Failed to parse argument '${name}' ("${value}").`);
/** What nodes answer to a body that is not what the RPC takes. */
export const badBody = (detail: string): RpcFailure =>
  new RpcFailure(400, `Failed to parse the request body: ${detail}`);

/** Answers JSON; undefined is a missing block, key or contract. */
export const send = (response: Response, value: Json | undefined): void => {
  if (value === undefined) throw notFound();
  response.json(value);
};

/** The last handler: failures as nodes show them. */
export const answerFailure = (error: unknown, _: Request, response: Response, next: NextFunction): void => {
  if (response.headersSent) {
    next(error);
    return;
  }
  if (error instanceof RpcFailure) {
    response.status(error.status);
    if (typeof error.body === "string") response.type("text").send(error.body);
    else response.json(error.body.map(errorToRpc));
    return;
  }
  const isBody = error instanceof Error && "type" in error && String(error.type).startsWith("entity.");
  const answer = error instanceof Error ? error.message : String(error);
  answerFailure(isBody ? badBody(answer) : refuse([failure(answer)]), _, response, next);
};

const BLOCK_ID = /^(head|genesis|[0-9]+|B[1-9A-HJ-NP-Za-km-z]{50})(?:[~-]([0-9]+))?$/;

/** A block by any id that nodes take: `head`, `genesis`, a level or a hash, and so many blocks before it. */
export const blockOf = ({ chain }: Sandbox, id: string): Block => {
  const match = BLOCK_ID.exec(id);
  const name = match?.[1];
  if (name === undefined) throw badArgument("block_id", id);
  let block = name === "head" ? chain.head : chain.block(baseOf(name));
  for (let back = Number(match?.[2] ?? 0); back > 0 && block !== undefined; back -= 1) {
    block = block.level === 0 ? undefined : chain.block(block.predecessor);
  }
  if (block === undefined) throw notFound();
  return block;
};

const baseOf = (name: string): BlockHash | number => {
  if (name === "genesis") return 0;
  if (/^[0-9]+$/.test(name)) return Number(name);
  const hash = blockHash.safeParse(name);
  if (!hash.success) throw badArgument("block_id", name);
  return hash.data;
};

export const addressOf = (text: string): Address => {
  if (!isAddress(text)) throw badArgument("contract_id", text);
  return text;
};
