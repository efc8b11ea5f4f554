// Upgrades of the protocol at any moment: other limits from a block on, and perhaps a protocol that the release does not know.
import { type ChainConstants } from "../../src/application/ports/chain.js";
import { type Protocols } from "../support/world/protocols.js";
import { type Chance } from "./chance.js";

export interface Upgrade {
  readonly to: "known" | "unknown";
  /** Blocks of an operation's life. */
  readonly ttl: number;
  /** Transfers that one block's half has room for. */
  readonly perBatch: number;
  /** Blocks of the old protocol that still come after the next one. */
  readonly inBlocks: number;
}

export const drawUpgrade = (chance: Chance): Upgrade => ({
  to: chance.happens(0.3) ? "unknown" : "known",
  ttl: chance.oneOf([6, 10, 20, 70]),
  perBatch: chance.oneOf([1, 2, 3, 5]),
  inBlocks: chance.oneOf([0, 0, 1, 2]),
});

/** Half a block's gas for so many transfers. */
export const gasFor = (
  perBatch: number,
): Pick<ChainConstants, "hardGasLimitPerBlock" | "hardGasLimitPerOperation"> => {
  const gas = BigInt(perBatch) * 4_400n;
  return { hardGasLimitPerBlock: gas, hardGasLimitPerOperation: gas };
};

export const upgrade = (protocols: Protocols, { to, ttl, perBatch, inBlocks }: Upgrade): void =>
  protocols.upgrade(to, inBlocks, { maxOperationsTimeToLive: ttl, ...gasFor(perBatch) });
