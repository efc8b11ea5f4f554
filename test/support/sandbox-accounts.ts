// What the tests of the sandbox's node share: replies recorded from a real one, and a chain of known accounts.
import { readFileSync } from "node:fs";
import { keyOf } from "../../src/sandbox/keys.js";
import { someContract, someTz } from "./chain-model.js";
import { testGenesis } from "./sandbox.js";

export const recorded = JSON.parse(readFileSync("test/fixtures/node/recorded.json", "utf8")) as Record<
  string,
  Record<string, unknown>
>;
export const ALICE = someTz("alice");
export const UNREVEALED = keyOf("unrevealed");
export const REFUSING = someContract("refusing");
/** Of the ids of the protocol's errors. */
export const PREFIX = "proto.025-PsUshuai.";
export const genesis = () =>
  testGenesis({
    accounts: [
      { address: ALICE, balance: 5_000_000n },
      { address: UNREVEALED.address, balance: 9_000_000n },
      { address: REFUSING, balance: 0n, script: { kind: "refuses" } },
    ],
  });
