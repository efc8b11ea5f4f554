import { readFileSync } from "node:fs";
import { blockHash } from "../../../../src/domain/identifiers.js";
import { json } from "./fake-node.js";

/** A reply recorded from a mainnet node. */
export const fixture = <T>(name: string): T =>
  JSON.parse(readFileSync(`test/fixtures/rpc/${name}.json`, "utf8")) as T;
export const recorded = fixture<{
  header: Record<string, unknown>;
  metadata: Record<string, unknown>;
  operations: Record<string, unknown>[];
}>("block-5941098");
export const constants = fixture<Record<string, unknown>>("constants-paris");

export const HASH = blockHash.parse(recorded.header["hash"]);
export const CHAIN = "NetXdQprcVkpaWU";
/** Five seconds after the recorded block. */
export const NOW = new Date("2024-06-30T14:00:30Z");
export const at = (path: string): string => `/chains/main/blocks/${HASH}/${path}`;

/** What a node whose head is the recorded block answers. */
export const routes = () => ({
  "/chains/main/chain_id": json(CHAIN),
  "/chains/main/blocks/head/header": json(recorded.header),
  [at("header")]: json(recorded.header),
  [at("metadata")]: json(recorded.metadata),
  [at("operations/3")]: json(recorded.operations),
  [at("context/constants")]: json(constants),
});
