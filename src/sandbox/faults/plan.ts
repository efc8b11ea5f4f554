import { z } from "zod";

/** How often something happens: 0 is never, 1 always. */
const chance = z.number().min(0).max(1).default(0);
const blocks = z.number().int().min(1);

/** What may become of any request. */
const exchange = {
  "429": chance,
  "500": chance,
  "502": chance,
  /** The reply's JSON ends halfway. */
  cutJson: chance,
  /** The request is held back so long before anything is done with it. */
  hang: z.strictObject({ chance, ms: z.number().int().min(1).max(600_000) }).optional(),
};

/** The JSON of a file of faults; what it leaves out never happens. */
export const faultPlan = z.strictObject({
  node: z
    .strictObject({
      ...exchange,
      /** A question for the head is answered with a block so many below it. */
      laggingHead: z.strictObject({ chance, blocks }).optional(),
      /** A block so many below the head, or older, is not there. */
      pruned: z.strictObject({ chance, blocks }).optional(),
      /** The reply is that of a node of another chain. */
      otherChain: chance,
    })
    .prefault({}),
  injection: z
    .strictObject({
      /** The operation is taken, and the connection cut. */
      lostReply: chance,
      /** The operation is not taken, for an error of this kind. */
      refused: z.strictObject({ temporary: chance, branch: chance, permanent: chance }).prefault({}),
    })
    .prefault({}),
  /** Chances of each pending operation: to be forgotten before a block, to be put off once for so many blocks. */
  mempool: z
    .strictObject({ dropped: chance, delayed: z.strictObject({ chance, blocks }).optional() })
    .prefault({}),
  blocks: z
    .strictObject({
      /** The last one or two blocks are left for empty ones; their operations are pending again. */
      reorganised: z.strictObject({ one: chance, two: chance }).prefault({}),
      /** Of each pending operation that calls a contract: the contract refuses it when it is included. */
      refusedByContract: chance,
      /** Likewise: it uses up all gas that it is given. */
      burntByContract: chance,
    })
    .prefault({}),
  tzkt: z
    .strictObject({
      ...exchange,
      /** A page of rewards lacks its last row, or shows another balance in it, as of a list that is being revised. */
      revisedRow: z.strictObject({ missing: chance, changed: chance }).prefault({}),
    })
    .prefault({}),
});

/** Which faults a sandbox has, and how often. */
export type FaultPlan = z.infer<typeof faultPlan>;
export type ExchangeFaults = Pick<FaultPlan["tzkt"], keyof typeof exchange>;
