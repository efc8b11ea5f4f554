import { b58Encode, getPkhfromPk, PrefixV2 } from "@taquito/utils";
import { z } from "zod";
import { canonicalJson, sha256 } from "../domain/digest.js";
import { blockHash, chainId, isTzAddress, type BlockHash, type ChainId } from "../domain/identifiers.js";
import { genesisSchema } from "./model/serial.js";
import { type Genesis, type Hashes } from "./model/types.js";

const asBlockHash = (content: string): BlockHash =>
  blockHash.parse(b58Encode(sha256(content), PrefixV2.BlockHash));

/** Hashes of the right form; SHA-256 stands in for the BLAKE2b of real headers, which nobody recomputes. */
export const HASHES: Hashes = {
  genesis: (genesis) => asBlockHash(JSON.stringify(z.encode(genesisSchema, genesis))),
  block: ({ level, predecessor, timestamp, round, operations }) =>
    asBlockHash(canonicalJson({ level, predecessor, timestamp, round, operations })),
  publicKey: (key) => {
    try {
      const address = getPkhfromPk(key);
      return isTzAddress(address) ? address : undefined;
    } catch {
      return undefined;
    }
  },
};

/** Identity of the chain that starts from a genesis: another content, another chain. */
export const chainIdOf = (genesis: Genesis): ChainId =>
  chainId.parse(b58Encode(sha256(HASHES.genesis(genesis)).slice(0, 8), PrefixV2.ChainID));
