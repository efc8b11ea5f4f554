// What a person says of the baker: policy, terms, mode, pauses, bond pool.
import { z } from "zod";
import {
  removeBondPoolMember,
  setBondPoolMember,
  switchBondPool,
} from "../../application/commands/bond-pool.js";
import { pauseWallet, resumeWallet, switchMode } from "../../application/commands/mode.js";
import { setPolicy } from "../../application/commands/policy.js";
import { clearTerms, replaceTerms } from "../../application/commands/terms.js";
import { mode } from "../../domain/baker/events.js";
import { address } from "../../domain/identifiers.js";
import { basisPoints, mutezCodec } from "../../domain/money.js";
import { termsRowCodec } from "../../domain/reward/policy-codec.js";
import { command, none } from "../command.js";
import { delegatorInPath, nothing, reasonText } from "../parts.js";
import { type Route } from "../route.js";

/** Of a policy file with terms of some ten thousand delegators. */
const POLICY_BYTES = 4_194_304;
const memberInPath = z.object({ member: address });
const terms = termsRowCodec
  .omit({ delegator: true })
  .refine((said) => Object.keys(said).length > 0, "names no term: to follow the policy alone, delete them");
const stop = z.object({ reason: z.string(), detail: z.string() });

export const bakerCommands: readonly Route[] = [
  command({
    id: "setSettings",
    method: "put",
    path: "/settings",
    tag: "baker",
    summary: "Sets policy, ceilings and terms as a policy file does, for every cycle that is not planned yet",
    access: "admin",
    params: nothing,
    body: z
      .record(z.string(), z.unknown())
      .describe("A policy file, or {preset}; see taps policy show --json"),
    bodyLimit: POLICY_BYTES,
    result: {},
    conditional: true,
    act: async ({ acts, body, standing }) => {
      await setPolicy(acts, body, standing);
      return {};
    },
  }),
  command({
    id: "switchMode",
    method: "put",
    path: "/status/mode",
    tag: "baker",
    summary: "Switches whether TAPS pays: on, simulation (plans and pays nothing) or off",
    access: "admin",
    params: nothing,
    body: z.strictObject({ mode }),
    result: {},
    act: async ({ acts, body }) => {
      await switchMode(acts, body.mode);
      return {};
    },
  }),
  command({
    id: "pause",
    method: "put",
    path: "/pause",
    tag: "wallet",
    summary: "Stops signing; what is signed is watched to its end",
    access: "operator",
    params: nothing,
    body: z.strictObject({ reason: reasonText }),
    result: {},
    act: async ({ acts, body }) => {
      await pauseWallet(acts, body.reason);
      return {};
    },
  }),
  command({
    id: "resume",
    method: "delete",
    path: "/pause",
    tag: "wallet",
    summary: "Lifts people's pauses and findings; answers what still stops signing",
    access: "operator",
    params: nothing,
    body: none,
    result: { lifted: z.array(stop).readonly(), stops: z.array(stop).readonly() },
    act: async ({ acts }) => {
      const { lifted, stops } = await resumeWallet(acts);
      return { lifted: lifted.map(({ reason, detail }) => ({ reason, detail })), stops };
    },
  }),
  command({
    id: "setTerms",
    method: "put",
    path: "/delegators/{delegator}/terms",
    tag: "delegators",
    summary: "Sets one delegator's terms as a whole; what is not named follows the policy",
    access: "admin",
    params: delegatorInPath,
    body: terms,
    result: {},
    act: async ({ acts, params, body }) => {
      await replaceTerms(acts, params.delegator, body);
      return {};
    },
  }),
  command({
    id: "clearTerms",
    method: "delete",
    path: "/delegators/{delegator}/terms",
    tag: "delegators",
    summary: "Takes a delegator's terms away: it follows the policy alone",
    access: "admin",
    params: delegatorInPath,
    body: none,
    result: {},
    act: async ({ acts, params }) => {
      await clearTerms(acts, params.delegator);
      return {};
    },
  }),
  command({
    id: "setBondPoolMember",
    method: "put",
    path: "/bond-pool/members/{member}",
    tag: "bond pool",
    summary: "Sets what a member put in and is charged; manager makes it the one who is paid the charges",
    access: "admin",
    params: memberInPath,
    body: z.strictObject({
      amount: mutezCodec,
      chargeBps: basisPoints,
      manager: z.boolean().default(false),
    }),
    result: {},
    act: async ({ acts, params, body }) => {
      await setBondPoolMember(acts, params.member, body);
      return {};
    },
  }),
  command({
    id: "removeBondPoolMember",
    method: "delete",
    path: "/bond-pool/members/{member}",
    tag: "bond pool",
    summary: "Takes a member out; refused for the last one and for the manager while the pool is on",
    access: "admin",
    params: memberInPath,
    body: none,
    result: { wasMember: z.boolean() },
    act: async ({ acts, params }) => ({ wasMember: await removeBondPoolMember(acts, params.member) }),
  }),
  command({
    id: "switchBondPool",
    method: "put",
    path: "/bond-pool/mode",
    tag: "bond pool",
    summary: "On: what this and later cycles leave with the baker is shared among the members",
    access: "admin",
    params: nothing,
    body: z.strictObject({ mode: z.enum(["on", "off"]) }),
    result: {},
    act: async ({ acts, body }) => {
      await switchBondPool(acts, body.mode);
      return {};
    },
  }),
];
