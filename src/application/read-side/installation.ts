// What is going on and what it waits for; and where each read model stands.
import { z } from "zod";
import { mode } from "../../domain/baker/events.js";
import {
  blockHash,
  chainId,
  cycleNumber,
  digest,
  level,
  operationHash,
  tzAddress,
} from "../../domain/identifiers.js";
import { ceilingsCodec, excessCodec } from "../../domain/payment/ceilings.js";
import { amount, position } from "./answer.js";

const walletStatus = z.object({
  adopted: z.boolean(),
  counter: z.string(),
  /** What is planned and to be paid, held against the balance; null: no node answers. */
  funds: z.object({ balance: amount, needed: amount, missing: amount }).nullable(),
  /** `pending`: receivers that are still to be paid. */
  payments: z
    .array(z.object({ payment: z.string(), pending: z.int(), awaitsApproval: z.boolean() }))
    .readonly(),
  delegations: z.array(z.object({ id: z.string(), to: tzAddress.nullable() })).readonly(),
  lastDelegation: z.object({ id: z.string(), to: tzAddress.nullable(), became: z.string() }).nullable(),
  operations: z.array(z.object({ hash: operationHash, included: level.nullable() })).readonly(),
  stops: z.array(z.object({ reason: z.string(), detail: z.string() })).readonly(),
});

/** What a node shows is null where none answers. */
export const installationStatus = z.object({
  baker: tzAddress,
  registered: z.object({ chainId, firstCycle: cycleNumber }).nullable(),
  payer: tzAddress.nullable(),
  mode,
  head: z.object({ level, cycle: cycleNumber, hash: blockHash }).nullable(),
  unfinished: z
    .array(
      z.object({
        cycle: cycleNumber,
        at: z.string(),
        held: z.object({ reason: z.string(), detail: z.string(), actor: z.string() }).nullable(),
        awaits: z.object({ planDigest: digest, exceeded: z.array(excessCodec).readonly() }).nullable(),
        asks: z.string().nullable(),
      }),
    )
    .readonly(),
  ceilings: ceilingsCodec,
  wallet: walletStatus.nullable(),
  /** In a word each, by name. */
  readModels: z.record(z.string(), z.string()),
});
export type InstallationStatus = z.output<typeof installationStatus>;

/** As `ReadModelStatus`. */
export const readModelStatus = z.object({
  name: z.string(),
  state: z.enum(["empty", "at-head", "behind", "pinned", "stopped", "other-version", "other-store"]),
  finding: z.object({ kind: z.string(), message: z.string() }).nullable(),
  position: position.nullable(),
  asOf: z.date().nullable(),
  head: position,
  lag: z.object({ events: z.int(), more: z.boolean(), seconds: z.number() }),
  version: z.int().nullable(),
  releaseVersion: z.int(),
  pinned: z.boolean(),
  building: z.object({ position, target: position.nullable() }).nullable(),
  snapshot: z.object({ id: z.string(), position }).nullable(),
});
