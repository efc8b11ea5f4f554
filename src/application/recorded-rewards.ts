// What the log records of a cycle's rewards, as made from a reply and computed from it.
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";
import { merkleRoot, sha256 } from "../domain/digest.js";
import { type RewardInputs } from "../domain/reward/inputs.js";
import { type Policy } from "../domain/reward/policy.js";
import { describeRefusal, type InputRefusal } from "../domain/reward/refusals.js";
import type * as Reward from "../domain/reward/reward.js";
import { type AllocationOutcome } from "./compute-cycle.js";
import { type RewardReply } from "./ports/reward-source.js";

/** Characters of base64 in one event: an append is limited to 900 KiB. */
const CHUNK = 600_000;

/** A reply as text, the same for the same reply; its digest names the attempt. */
export const textOf = ({ pages, headLevel, lastLevel }: RewardReply): string =>
  JSON.stringify({ pages, headLevel, lastLevel });

export const packText = (text: string): string[] => {
  const base64 = gzipSync(text).toString("base64");
  return Array.from({ length: Math.ceil(base64.length / CHUNK) }, (_, i) =>
    base64.slice(i * CHUNK, (i + 1) * CHUNK),
  );
};

const recordedReply = z.object({
  pages: z.array(z.string()),
  headLevel: z.number().int(),
  lastLevel: z.number().int(),
});

/** The text that was packed into recorded chunks. Throws on chunks that are not whole. */
export const unpackText = (chunks: readonly string[]): string =>
  gunzipSync(Buffer.from(chunks.join(""), "base64")).toString("utf8");

/** The reply that a recorded text is. Throws on a text that is none. */
export const replyIn = (text: string): RewardReply => recordedReply.parse(JSON.parse(text));

const rowsDigest = ({ rows }: RewardInputs) =>
  merkleRoot(
    rows.map(({ delegator, balance, emptied }) => ({ balance: balance.toString(), delegator, emptied })),
  );

/** What is recorded of a reply, as text, and the inputs in it; its chunks apart. */
export const factsOf = (
  text: string,
  { headLevel, lastLevel }: RewardReply,
  inputs: RewardInputs,
): Omit<Reward.Inputs, "chunks"> => ({
  attempt: sha256(text),
  source: "tzkt",
  headLevel,
  lastLevel,
  income: inputs.income,
  ownDelegated: inputs.ownDelegated,
  externalDelegated: inputs.externalDelegated,
  ownStaked: inputs.ownStaked,
  count: inputs.rows.length,
  sum: inputs.externalDelegated,
  digest: rowsDigest(inputs),
});

/** What is recorded of a reply that is not believed. */
export const checksOf = (refused: readonly InputRefusal[]) =>
  refused.map((refusal) => ({ check: refusal.check, message: describeRefusal(refusal) }));

/** What is recorded of an allocation by a policy. */
export const allocationOf = (
  policy: Policy,
  { allocation, delegationLimit, computed }: Extract<AllocationOutcome, { readonly computed: unknown }>,
) => {
  const { poolByKind: _byKind, ...totals } = allocation;
  return {
    ...totals,
    policy: policy.allocation,
    terms: [...policy.terms.values()],
    delegationLimit: delegationLimit ?? null,
    resultDigest: computed.digest,
  };
};
