import { b58Encode, PrefixV2 } from "@taquito/utils";
import { z } from "zod";
import { sha256 } from "../domain/digest.js";
import {
  address,
  isContractAddress,
  tzAddress,
  type Address,
  type ChainId,
  type TzAddress,
} from "../domain/identifiers.js";
import { max, mutez, mutezCodec, type Mutez } from "../domain/money.js";
import recorded from "./data/demo-delegators.json" with { type: "json" };
import { chainIdOf } from "./hashes.js";
import { keyOf, type KeyPair } from "./keys.js";
import { DEFAULT_RULES } from "./model/rules.js";
import { type BakerProfile, type Genesis, type Script } from "./model/types.js";

/** The wallet that pays on every chain made here; its key derives from its name. */
export const SANDBOX_PAYER: KeyPair = keyOf("payer");

/** 100 million tez: enough to pay a demo's cycles for months. */
const PAYER_FUNDS = 100_000_000_000_000n;

/** What contracts that are paid do here: they take the tez, for a little gas. */
const ACCEPTS: Script = { kind: "accepts", milligas: 1_000_000n, storageBytes: 0n };

/** Delegated income of a cycle, in mutez: that of a baker of this size for a day of 2026. */
const INCOME: BakerProfile["income"] = {
  blocks: mutez(120_000_000n),
  attestations: mutez(130_000_000n),
  dal: mutez(45_000_000n),
  blockFees: mutez(600_000n),
  nonceRevelations: mutez(20_000n),
  vdfRevelations: mutez(0n),
};

interface Delegator {
  readonly address: Address;
  readonly balance: Mutez;
  readonly emptied: boolean;
}
interface Outline {
  readonly name: string;
  readonly baker: TzAddress;
  readonly ownDelegated: Mutez;
  readonly ownStaked: Mutez;
  readonly delegators: readonly Delegator[];
  readonly blocksPerCycle: number;
}

/** A chain with one baker, whose delegators hold what they delegate, and the funded payer. */
const chainOf = ({ name, delegators, blocksPerCycle, ...baker }: Outline): Genesis => ({
  name,
  timestamp: "2026-01-01T00:00:00Z",
  rules: {
    ...DEFAULT_RULES,
    constants: { ...DEFAULT_RULES.constants, blocksPerCycle, minimalBlockDelaySeconds: 1 },
  },
  baker: baker.baker,
  accounts: [
    { address: SANDBOX_PAYER.address, balance: PAYER_FUNDS, publicKey: SANDBOX_PAYER.publicKey },
    { address: baker.baker, balance: baker.ownDelegated, delegate: baker.baker },
    ...delegators
      .filter(({ emptied }) => !emptied)
      .map(({ address, balance }) => ({
        address,
        balance: max(balance, mutez(1n)),
        ...(isContractAddress(address) && { script: ACCEPTS }),
      })),
  ],
  bakers: [
    {
      address: baker.baker,
      ownDelegated: baker.ownDelegated,
      ownStaked: baker.ownStaked,
      delegators: delegators.map(({ address, balance }) => ({ address, balance })),
      income: INCOME,
    },
  ],
});

const recordedSchema = z.object({
  baker: tzAddress,
  ownBalance: mutezCodec,
  delegators: z.array(z.tuple([address, mutezCodec, z.boolean()])),
});

/** Own stake of the demo's baker; of what it owned in the recorded cycle, the rest is delegated. */
const DEMO_STAKE = mutez(600_000_000_000n);

/**
 * The demo's chain: a mainnet baker with its 736 delegators as recorded for cycle 201, on cycles of 16 blocks.
 * Those that had been emptied by the time of the recording are not allocated.
 */
export const demoGenesis = (): Genesis => {
  const { baker, ownBalance, delegators } = recordedSchema.parse(recorded);
  return chainOf({
    name: "demo",
    baker,
    ownDelegated: mutez(ownBalance - DEMO_STAKE),
    ownStaked: DEMO_STAKE,
    delegators: delegators.map(([address, balance, emptied]) => ({ address, balance, emptied })),
    blocksPerCycle: 16,
  });
};

/** Identity of the demo's chain: known before it exists, for it names the folder that the chain is kept in. */
export const demoChainId = (): ChainId => chainIdOf(demoGenesis());

const inventedAddress = (name: string): TzAddress =>
  tzAddress.parse(b58Encode(sha256(name).slice(0, 40), PrefixV2.Ed25519PublicKeyHash));

/** A chain whose baker has so many delegators, all invented and allocated: for measuring. */
export const largeGenesis = (delegators: number, blocksPerCycle: number): Genesis =>
  chainOf({
    name: `${delegators} delegators`,
    baker: inventedAddress("baker"),
    ownDelegated: mutez(1_000_000_000n),
    ownStaked: mutez(10_000_000_000_000n),
    delegators: Array.from({ length: delegators }, (_, n) => ({
      address: inventedAddress(`delegator ${n}`),
      balance: mutez(100_000_000n + BigInt(n) * 1_000n),
      emptied: false,
    })),
    blocksPerCycle,
  });
