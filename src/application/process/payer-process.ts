// The one runner: cycles, rewards and payments of one baker, as far as they go, then wait for the next block.
import { type Cycle, type TzAddress } from "../../domain/identifiers.js";
import type * as Baker from "../../domain/baker/baker.js";
import { bakerOf, walletOf } from "../aggregates.js";
import { type Chain, ChainUnavailable, SignerUnavailable } from "../ports/chain.js";
import { StoreUnavailable } from "../ports/event-store.js";
import { SourceUnavailable } from "../ports/reward-source.js";
import { CycleWatcher } from "./cycle-watcher.js";
import { perform } from "./payer/actions.js";
import { type Waiting, writtenBy } from "./payer/action.js";
import { ChainObserver, type Facts } from "./payer/facts.js";
import { blankMemory, type Memory } from "./payer/memory.js";
import { next } from "./payer/next.js";
import { type PayerPorts } from "./payer/ports.js";
import { loadView, reloadView } from "./payer/view.js";
import { RewardComputer, type RewardPorts, type RewardsOutcome } from "./reward-computer.js";
import { Term, type TermPorts } from "./term.js";

export type ProcessPorts = PayerPorts & TermPorts & Pick<RewardPorts, "source" | "limitOf">;

/** What the process tells about itself while it runs. */
export type Report =
  | { readonly kind: "waiting"; readonly waiting: Waiting }
  | { readonly kind: "rewards"; readonly cycle: Cycle; readonly why: string }
  | { readonly kind: "unavailable"; readonly error: Error };

/** Acts taken on one look at the chain, and how long one is believed; then it is looked at again. */
const ACTS_PER_LOOK = 64;
const LOOK_LASTS_MS = 1_000;
const LONGEST_WAIT_MS = 1_000;
/** The source is asked again for rewards that it does not have yet, or that were refused. */
const REWARDS_RETRY_MS = 15_000;

const isUnavailable = (error: unknown): error is Error =>
  error instanceof ChainUnavailable ||
  error instanceof StoreUnavailable ||
  error instanceof SourceUnavailable ||
  error instanceof SignerUnavailable;

export class PayerProcess {
  private memory: Memory = blankMemory();
  private observer: { readonly payer: TzAddress; readonly observer: ChainObserver } | undefined;
  private readonly term: Term;
  private readonly watcher: CycleWatcher;
  private readonly rewards: RewardComputer;
  /** When a cycle's rewards are asked for again. */
  private readonly askAgain = new Map<Cycle, number>();

  constructor(
    private readonly ports: ProcessPorts,
    private readonly report: (report: Report) => void,
  ) {
    this.term = new Term(ports);
    this.watcher = new CycleWatcher(ports);
    this.rewards = new RewardComputer(ports);
  }

  /**
   * One look and what can be done on it; `waiting` is undefined if there may be more to do at once. Throws what is
   * unavailable; safe to call again.
   */
  async step(): Promise<{ readonly waiting: Waiting | undefined; readonly facts: Facts | undefined }> {
    const lease = await this.term.lead();
    if (lease === undefined) return { waiting: { reason: "not-leader" }, facts: undefined };
    const { repository, baker } = this.ports;
    const { state } = await repository.load(bakerOf(baker));
    if (!state.registered) return { waiting: { reason: "not-adopted" }, facts: undefined };
    const payer = state.payer ?? baker;
    const wallet = await repository.load(walletOf(payer));
    const facts = await this.observerOf(payer).observe(wallet.state);
    const { chainId: registered } = state.registered;
    const { chainId: found } = facts.head;
    if (found !== registered) return { waiting: { reason: "other-chain", registered, found }, facts };
    if (state.payer) this.memory.token = await this.term.token(state.payer, state.formerPayers, lease);
    const unfinished = await this.watcher.watch(state, facts.head);
    // What is signed is watched first: a source that does not answer holds up no payment under way.
    if (wallet.state.operations.length === 0) await this.computeRewards(state, unfinished);
    return { waiting: await this.act(payer, facts, unfinished), facts };
  }

  /** Runs until the signal is aborted, then gives the lease back. What is not available is asked for again. */
  async run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        const { waiting, facts } = await this.step();
        failures = 0;
        if (waiting === undefined) continue;
        this.report({ kind: "waiting", waiting });
        await this.untilSomethingChanges(this.ports.chain, facts, signal);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        failures += 1;
        this.report({ kind: "unavailable", error });
        await this.ports.clock.sleep(Math.min(LONGEST_WAIT_MS * 2 ** Math.min(failures, 5), 30_000), signal);
      }
    }
    await this.release();
  }

  /** A lease that cannot be given back runs out by itself. */
  private async release(): Promise<void> {
    try {
      await this.term.release();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.report({ kind: "unavailable", error });
    }
  }

  private async untilSomethingChanges(
    chain: Chain,
    facts: Facts | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (facts === undefined) await this.ports.clock.sleep(LONGEST_WAIT_MS, signal);
    else await chain.waitForHead(facts.head.hash, { timeoutMs: LONGEST_WAIT_MS, signal });
  }

  private async act(
    payer: TzAddress,
    facts: Facts,
    unfinished: readonly Cycle[],
  ): Promise<Waiting | undefined> {
    const { repository, baker, clock } = this.ports;
    const { memory } = this;
    const until = clock.now().getTime() + LOOK_LASTS_MS;
    let view = await loadView(repository, baker, payer, unfinished);
    for (let acts = 0; acts < ACTS_PER_LOOK; acts += 1) {
      if (acts > 0 && clock.now().getTime() > until) return undefined;
      const situation = { view, facts, memory };
      const action = next(situation);
      const waiting = await perform(action, { ...situation, ports: this.ports });
      if (waiting?.reason === "not-leader") this.term.lose();
      if (waiting !== undefined) return waiting;
      view = await reloadView(repository, view, writtenBy(action));
    }
    return undefined;
  }

  private async computeRewards(state: Baker.State, unfinished: readonly Cycle[]): Promise<void> {
    const { clock } = this.ports;
    for (const cycle of unfinished) {
      if ((this.askAgain.get(cycle) ?? 0) > clock.now().getTime()) continue;
      const outcome = await this.askFor(state, cycle);
      if (outcome.ready) continue;
      this.askAgain.set(cycle, clock.now().getTime() + REWARDS_RETRY_MS);
      this.report({ kind: "rewards", cycle, why: outcome.why });
      // One silence is waited for at each look: the chain is not left unwatched for one of each cycle.
      if (outcome.isSilent) return;
    }
  }

  private async askFor(
    state: Baker.State,
    cycle: Cycle,
  ): Promise<RewardsOutcome & { readonly isSilent?: true }> {
    try {
      return await this.rewards.compute(state, cycle);
    } catch (error) {
      if (!(error instanceof SourceUnavailable)) throw error;
      return { ready: false, why: error.message, isSilent: true };
    }
  }

  private observerOf(payer: TzAddress): ChainObserver {
    const known = this.observer?.payer === payer ? this.observer.observer : undefined;
    const observer = known ?? new ChainObserver(this.ports.chain, payer);
    this.observer = { payer, observer };
    return observer;
  }
}
