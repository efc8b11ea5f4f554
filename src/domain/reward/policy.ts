import { z } from "zod";
import { type Json } from "../digest.js";
import { address, type Address } from "../identifiers.js";
import { type Ceilings, ceilingsCodec, DEFAULT_CEILINGS } from "../payment/ceilings.js";
import { type Engine } from "./engines/engine.js";
import { taps1 } from "./engines/taps-1.js";
import { tezpay1 } from "./engines/tezpay-1.js";
import { trd1 } from "./engines/trd-1.js";
import {
  type AllocationPolicy,
  allocationPolicyCodec,
  INCOME_KINDS,
  type TermsRow,
  termsRowCodec,
} from "./policy-codec.js";

export type Preset = AllocationPolicy["preset"];
export type DelegatorTerms = ReadonlyMap<Address, TermsRow>;

/** All that decides how a cycle is allocated, apart from its inputs. */
export interface Policy {
  readonly allocation: AllocationPolicy;
  readonly terms: DelegatorTerms;
}

/** A policy file as read: `terms` and `ceilings` are undefined when the file does not speak of them. */
export interface PolicyFile {
  readonly allocation: AllocationPolicy;
  readonly terms: readonly TermsRow[] | undefined;
  /** Not allocation policy: limits of what is paid without asking. */
  readonly ceilings: Readonly<Record<string, unknown>> | undefined;
}
export interface PolicyProblem {
  /** Path of the key, its elements joined by dots. */
  readonly key: string;
  readonly problem: string;
}

type PolicyJson = z.input<typeof allocationPolicyCodec>;
const COMMON = {
  feeBps: 500,
  minimumBalance: "0",
  belowMinimumBalance: "keep",
  minimumPayout: "0",
  emptiedAccounts: "pay",
} as const;
const PRESETS: Readonly<Record<Preset, PolicyJson>> = {
  taps: {
    ...COMMON,
    preset: "taps",
    poolKinds: [...INCOME_KINDS],
    belowMinimumPayout: "carry",
    overdelegationProtection: true,
    transactionFeePaidBy: "baker",
    allocationFeePaidBy: "baker",
  },
  tezpay: {
    ...COMMON,
    preset: "tezpay",
    poolKinds: ["blocks", "attestations", "dal", "blockFees"],
    belowMinimumPayout: "keep",
    overdelegationProtection: true,
    transactionFeePaidBy: "delegator",
    allocationFeePaidBy: "delegator",
  },
  trd: {
    ...COMMON,
    preset: "trd",
    poolKinds: ["blocks", "attestations", "nonceRevelations", "vdfRevelations"],
    belowMinimumPayout: "keep",
    overdelegationProtection: false,
    transactionFeePaidBy: "delegator",
    allocationFeePaidBy: "delegator",
  },
};
const ENGINES: Readonly<Record<Preset, Engine>> = { taps: taps1, tezpay: tezpay1, trd: trd1 };

/** Each preset rounds as the system it is named after. */
export const engineOf = ({ preset }: AllocationPolicy): Engine => ENGINES[preset];

const policyFile = allocationPolicyCodec.extend({
  poolKinds: z
    .array(z.enum(INCOME_KINDS))
    .refine((kinds) => new Set(kinds).size === kinds.length, "names a kind twice")
    .transform((kinds) => INCOME_KINDS.filter((kind) => kinds.includes(kind))),
  delegators: z.record(address, termsRowCodec.omit({ delegator: true })).optional(),
  ceilings: z.record(z.string(), z.unknown()).optional(),
});

/**
 * Reads a parsed policy file (ALLOCATION section 5): a preset, `taps` unless the file names another, and the
 * file's own keys over it. `{ preset }` is a preset alone. Every problem is named with its key.
 */
export const resolvePolicy = (file: unknown): PolicyFile | { readonly refused: readonly PolicyProblem[] } => {
  if (!isObject(file)) return { refused: [{ key: "policy", problem: "is not a JSON object" }] };
  const preset = allocationPolicyCodec.shape.preset.catch("taps").parse(file["preset"]);
  const read = policyFile.safeParse({ ...PRESETS[preset], ...file });
  if (!read.success) return { refused: read.error.issues.flatMap(problemsOf) };
  const { delegators, ceilings, ...allocation } = read.data;
  return { allocation, terms: delegators && rowsOf(delegators), ceilings };
};

const ceilingsFile = z.object({ ceilings: ceilingsCodec });

/** Reads a policy file's ceilings; the defaults stand for those that it does not name. */
export const resolveCeilings = (
  ceilings: NonNullable<PolicyFile["ceilings"]>,
): { readonly ceilings: Ceilings } | { readonly refused: readonly PolicyProblem[] } => {
  const defaults = z.encode(ceilingsCodec, DEFAULT_CEILINGS);
  const read = ceilingsFile.safeParse({ ceilings: { ...defaults, ...ceilings } });
  return read.success ? read.data : { refused: read.error.issues.flatMap(problemsOf) };
};

/** Ceilings as they stand in a policy file. */
export const printCeilings = (ceilings: Ceilings) => z.encode(ceilingsCodec, ceilings);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const rowsOf = (delegators: Readonly<Record<string, Omit<TermsRow, "delegator">>>): TermsRow[] =>
  Object.entries(delegators).map(([delegator, terms]) => ({ delegator: address.parse(delegator), ...terms }));

/** What a person is told who has written the file. */
const inWords = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case "invalid_value":
      return `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `must be ${issue.minimum} or more`;
    case "too_big":
      return `must be ${issue.maximum} or less`;
    case "invalid_key":
      return issue.issues.map(inWords).join("; ");
    default:
      return issue.message
        .replace(/^Invalid input: expected (\w+), received (\w+)$/, "must be of the type $1, not $2")
        .replace("type int, not number", "type number, without a fraction");
  }
};

const problemsOf = (issue: z.core.$ZodIssue): PolicyProblem[] => {
  const path = (...more: string[]) => [...issue.path.map(String), ...more].join(".");
  return issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => ({ key: path(key), problem: "is not a key of a policy" }))
    : [{ key: path(), problem: inWords(issue) }];
};

/** A policy and the terms that go with it. */
export const policyWith = (allocation: AllocationPolicy, terms: Iterable<TermsRow> = []): Policy => ({
  allocation,
  terms: new Map([...terms].map((row) => [row.delegator, row])),
});

/** The policy as `cycle compute` prints it: every key, and the limit in force if protection is on. */
export const printPolicy = ({ allocation, terms }: Policy, delegationLimit: number | undefined) =>
  ({
    ...z.encode(allocationPolicyCodec, allocation),
    ...(allocation.overdelegationProtection ? { delegationLimit } : {}),
    delegators: Object.fromEntries(
      [...terms].map(([delegator, row]) => {
        const { delegator: _key, ...given } = z.encode(termsRowCodec, row);
        return [delegator, given];
      }),
    ),
  }) satisfies Json;
