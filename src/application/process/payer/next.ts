import { type DomainEvent } from "../../../domain/events.js";
import { type ProtocolHash } from "../../../domain/identifiers.js";
import * as Wallet from "../../../domain/wallet/wallet.js";
import { walletOf } from "../../aggregates.js";
import { type Action, wait } from "./action.js";
import { ADVANCE, planOn } from "./advance.js";
import { simulateNewest } from "./payout.js";
import {
  accountForFinalCounters,
  appending,
  closeBatches,
  proveDeaths,
  recordInclusions,
  settleBatches,
  type Situation,
  type Step,
  writeCheckpoint,
} from "./watch.js";

/** Protocols whose operations, receipts and limits this release was tested with (first letters of their hashes). */
const KNOWN_PROTOCOLS = ["PtSeouLo", "PtTALLiN", "PsUshuai"];

export const isKnownProtocol = (protocol: ProtocolHash): boolean =>
  KNOWN_PROTOCOLS.some((prefix) => protocol.startsWith(prefix));

const holdTerm: Step = ({ view, memory }) =>
  memory.token !== undefined && memory.token === view.wallet.state.token
    ? undefined
    : wait({ reason: "not-leader" });

const needAdoption: Step = ({ view }) =>
  view.wallet.state.adopted === null ? wait({ reason: "not-adopted" }) : undefined;

/** Bytes that are in the log and should be in a block are handed to a node again at each new head, lowest first. */
const injectAgain: Step = ({ view, facts, memory }) => {
  if (view.baker.state.mode !== "on") return undefined;
  const waiting = view.wallet.state.operations.find((operation) => operation.included === null);
  if (waiting === undefined) return undefined;
  const pending = facts.mempool.some((o) => o.hash === waiting.hash && o.state === "validated");
  const refusedForGood = waiting.refusals.some((refusal) => refusal.kind === "permanent");
  if (pending || refusedForGood || memory.injectedAt.get(waiting.hash) === facts.head.hash) return undefined;
  return { do: "inject", hash: waiting.hash };
};

/** A restore is over once a final block is beyond every operation that may be forgotten, and all is explained. */
const endRestore: Step = ({ view, facts }) => {
  const wallet = view.wallet.state;
  const restored = wallet.pauses.find((pause) => pause.reason === "restored");
  if (restored === undefined || facts.final.level <= (restored.untilLevel ?? 0)) return undefined;
  if (unexplained({ view, facts }) !== undefined || wallet.foreign.length > 0) return undefined;
  return appending({ stream: "wallet" }, Wallet.resume({ reason: "restored", actor: "taps" })(wallet));
};

/** Why the log does not explain the chain at this head; undefined when it does (PAYMENT section 3). */
const unexplained = ({ view, facts }: Pick<Situation, "view" | "facts">): Action | undefined => {
  const wallet = view.wallet.state;
  const accounted =
    wallet.operations.filter((operation) => operation.included !== null).at(-1)?.lastCounter ??
    wallet.counter;
  const counter = facts.atHead.counter;
  if (counter > accounted) {
    return wait({
      reason: "chain-ahead-of-log",
      detail: `the chain's counter is ${counter}, the log's ${accounted}`,
    });
  }
  if (counter < accounted) return wait({ reason: "node-lags" });
  const known = new Set([
    ...wallet.operations.map((operation) => operation.hash),
    ...Object.values(wallet.batches).flatMap((batch) => batch.operations.map((operation) => operation.hash)),
  ]);
  const alive = facts.mempool.filter((o) => o.state === "validated" || o.state === "branch-delayed");
  const stranger = alive.find((operation) => !known.has(operation.hash));
  return stranger && wait({ reason: "unknown-mempool-operation", hash: stranger.hash });
};

const stopWhenNotOn: Step = (situation) => {
  const { mode } = situation.view.baker.state;
  if (mode === "on") return undefined;
  const simulated = mode === "simulation" ? simulateNewest(situation) : undefined;
  return simulated ?? wait({ reason: "mode", mode });
};

const stopWhenPaused: Step = ({ view }) => {
  const [stop] = Wallet.stopsSigning(view.wallet.state);
  return stop && wait({ reason: "paused", detail: `${stop.reason}: ${stop.detail}` });
};

const stopAtUnknownProtocol: Step = ({ facts }) => {
  const unknown = [facts.head.protocol, facts.head.nextProtocol].find(
    (protocol) => !isKnownProtocol(protocol),
  );
  return unknown && wait({ reason: "unknown-protocol", protocol: unknown });
};

/** In a chain's first blocks an operation could not live for a single one. */
const stopAtGenesis: Step = ({ facts }) =>
  facts.final.maxOperationsTtl > 0 ? undefined : wait({ reason: "chain-begins", level: facts.head.level });

/** Reveal is an operation of its own, included before any other. */
const revealFirst: Step = ({ view, facts }) => {
  if (facts.atHead.revealed) return undefined;
  const [live] = view.wallet.state.operations;
  return live ? wait({ reason: "operation-pending", hash: live.hash }) : { do: "sign-reveal" };
};

/** Each earlier operation is in the head's branch, so nothing may be signed on a chain that is not explained. */
const stopWhenUnexplained: Step = ({ view, facts }) =>
  view.wallet.state.operations.some((operation) => operation.included === null)
    ? undefined
    : unexplained({ view, facts });

const first = (steps: readonly Step[], situation: Situation): Action | undefined => {
  for (const step of steps) {
    const action = step(situation);
    if (action) return action;
  }
  return undefined;
};

/**
 * All that one look at the chain says of the wallet's operations goes into the log together. Batches that have ended
 * are closed by the way, or alone once no operation is left to be watched.
 */
const watchWallet: Step = (situation) => {
  const events: DomainEvent[] = [];
  let { wallet } = situation.view;
  const { owns, evolve } = walletOf(situation.view.payer);
  for (;;) {
    const seen = { ...situation, view: { ...situation.view, wallet } };
    const action = first([accountForFinalCounters, recordInclusions, proveDeaths], seen);
    if (action?.do !== "append") {
      const isQuiet = events.length === 0 && wallet.state.operations.length > 0;
      const closing = isQuiet ? undefined : closeBatches(seen);
      if (closing?.do === "append") events.push(...closing.events);
      return events.length > 0 ? { do: "append", to: { stream: "wallet" }, events } : action;
    }
    events.push(...action.events);
    wallet = { ...wallet, state: action.events.filter(owns).reduce(evolve, wallet.state) };
  }
};

const STEPS: readonly Step[] = [
  holdTerm,
  watchWallet,
  settleBatches,
  writeCheckpoint,
  endRestore,
  injectAgain,
  stopWhenNotOn,
  needAdoption,
  planOn,
  stopWhenPaused,
  stopAtUnknownProtocol,
  stopAtGenesis,
  stopWhenUnexplained,
  revealFirst,
  ...ADVANCE,
];

/** The one thing to do now. Pure: the same log, chain and memory give the same action. */
export const next = (situation: Situation): Action =>
  first(STEPS, situation) ?? wait({ reason: "nothing-to-pay" });
