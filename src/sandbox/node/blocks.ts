import { b58Encode, PrefixV2 } from "@taquito/utils";
import { Router } from "express";
import { type Json, sha256 } from "../../domain/digest.js";
import { type Block } from "../model/types.js";
import { total } from "../model/validation.js";
import { type Sandbox } from "../sandbox.js";
import { blockOf, send } from "./http.js";
import { feeUpdates, includedToRpc } from "./render.js";

/** Parts of a header that the sandbox does not compute; of the right form, and different for each block. */
const filler = (block: Block, part: string, prefix: PrefixV2): string =>
  b58Encode(sha256(`${part} of ${block.hash}`), prefix);
const NO_SIGNATURE = b58Encode("00".repeat(64), PrefixV2.GenericSignature);
const hex32 = (value: number): string => value.toString(16).padStart(8, "0");

/** The header without what names its chain; the fields of Tallinn and later. */
export const shellHeader = (block: Block) => ({
  level: block.level,
  proto: 25,
  predecessor: block.predecessor,
  timestamp: block.timestamp,
  validation_pass: 4,
  operations_hash: filler(block, "operations", PrefixV2.OperationListListHash),
  fitness: ["02", hex32(block.level), "", "ffffffff", hex32(block.round)],
  context: filler(block, "context", PrefixV2.ContextHash),
});
const rawHeader = (block: Block) => ({
  ...shellHeader(block),
  payload_hash: filler(block, "payload", PrefixV2.ValueHash),
  payload_round: block.round,
  proof_of_work_nonce: "0000000000000000",
  liquidity_baking_toggle_vote: "pass",
  signature: NO_SIGNATURE,
});

/** Place of a level in its cycle, as metadata and `helpers/current_level` show it. */
export const levelInfo = ({ chain }: Sandbox, level: Block["level"]) => {
  const cycle = chain.cycleOf(level);
  return {
    level,
    level_position: Math.max(0, level - 1),
    cycle,
    cycle_position: Math.max(0, level - chain.cycleLevels(cycle).first),
    expected_commitment: false,
  };
};

const metadata = (sandbox: Sandbox, block: Block): Json => {
  const { baker, rules } = sandbox.chain.genesis;
  const contents = block.operations.flatMap(({ operation }) => operation.contents);
  const milligas = block.operations
    .flatMap(({ results }) => results)
    .reduce((sum, result) => sum + result.milligas, 0n);
  return {
    protocol: rules.constants.protocol,
    next_protocol: rules.constants.protocol,
    test_chain_status: { status: "not_running" },
    max_operations_ttl: block.maxOperationsTtl,
    max_operation_data_length: rules.constants.maxOperationDataLength,
    max_block_header_length: 289,
    max_operation_list_length: [
      { max_size: 4194304, max_op: 2048 },
      { max_size: 32768 },
      { max_size: 135168, max_op: 132 },
      { max_size: 524288 },
    ],
    proposer: baker,
    baker,
    level_info: levelInfo(sandbox, block.level),
    voting_period_info: {
      voting_period: { index: 0, kind: "proposal", start_position: 0 },
      position: Math.max(0, block.level - 1),
      remaining: 0,
    },
    nonce_hash: null,
    deactivated: [],
    balance_updates: feeUpdates(
      baker,
      total(contents, (content) => content.fee),
    ),
    liquidity_baking_toggle_ema: 0,
    implicit_operations_results: [],
    proposer_consensus_key: baker,
    baker_consensus_key: baker,
    consumed_milligas: milligas.toString(),
    dal_attestation: "0",
    all_bakers_attest_activation_level: null,
    attestations: null,
    preattestations: null,
  };
};

/** `/chains/main/blocks/{block_id}` and what belongs to the block itself. Manager operations are pass 3. */
export const blockRoutes = (sandbox: Sandbox): Router => {
  const router = Router();
  const { chainId, chain } = sandbox;
  const { rules } = chain.genesis;
  const { protocol } = rules.constants;
  const passes = (block: Block): Json[][] => [
    [],
    [],
    [],
    block.operations.map((included) => includedToRpc(included, chainId, rules)),
  ];
  const hashes = (block: Block): Json[][] => [
    [],
    [],
    [],
    block.operations.map(({ operation }) => operation.hash),
  ];
  const get = (path: string, answer: (block: Block, params: (name: string) => number) => Json | undefined) =>
    router.get(`/:block${path}`, (request, response) => {
      const params: Readonly<Record<string, unknown>> = request.params;
      const block = blockOf(sandbox, String(params["block"]));
      send(
        response,
        answer(block, (name) => Number(params[name])),
      );
    });

  get("", (block) => ({
    protocol,
    chain_id: chainId,
    hash: block.hash,
    header: rawHeader(block),
    metadata: metadata(sandbox, block),
    operations: passes(block),
  }));
  get("/header", (block) => ({ protocol, chain_id: chainId, hash: block.hash, ...rawHeader(block) }));
  get("/header/shell", shellHeader);
  get("/hash", (block) => block.hash);
  get("/metadata", (block) => metadata(sandbox, block));
  get("/protocols", () => ({ protocol, next_protocol: protocol }));
  get("/live_blocks", (block) => [...chain.liveBlocks(block)].sort());
  get("/operations", passes);
  get("/operations/:pass", (block, at) => passes(block)[at("pass")]);
  get("/operations/:pass/:index", (block, at) => passes(block)[at("pass")]?.[at("index")]);
  get("/operation_hashes", hashes);
  get("/operation_hashes/:pass", (block, at) => hashes(block)[at("pass")]);
  return router;
};
