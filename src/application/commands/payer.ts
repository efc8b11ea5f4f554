// Another wallet pays from now on.
import * as Baker from "../../domain/baker/baker.js";
import { isRefused, refuse } from "../../domain/decision.js";
import { type TzAddress } from "../../domain/identifiers.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, cycleOf, ledgerOf, walletOf } from "../aggregates.js";
import { cyclesOfInterest } from "../process/cycle-watcher.js";
import { act, ActRefused, type Acts } from "./acts.js";
import { switchMode } from "./mode.js";
import { ensureRegistered } from "./registration.js";

/**
 * Makes another wallet the one that pays, and leaves mode *on*: the new one is taken over at the next switch to it.
 * The former one signs nothing more from the moment that it is handed over, in its own stream: whoever looked at it
 * before has lost his term. Refused while it has not come to the end of what it has begun. Run again after an
 * interruption it goes on where it stopped.
 */
export const setPayer = async (acts: Acts, payer: TzAddress): Promise<Baker.Mode> => {
  // PAYER may still name the former wallet.
  const free = { ...acts, payer: undefined };
  const state = await ensureRegistered(free);
  const { payer: former } = state;
  if (former === payer) return state.mode;
  const command = { payer, actor: acts.actor };
  const checked = Baker.changePayer(command)({ ...state, mode: "off" });
  if (isRefused(checked)) throw new ActRefused(checked);
  if (former !== undefined) {
    const { state: wallet } = await acts.repository.load(walletOf(former));
    const refused = await decideHandOver(free, former, payer, wallet);
    if (isRefused(refused)) throw new ActRefused(refused);
    if (state.mode === "on") await switchMode(free, "simulation");
    await act(free, walletOf(former), async (now) => {
      const { mode } = (await acts.repository.load(bakerOf(acts.baker))).state;
      return mode === "on" ? refuse("mode-on") : decideHandOver(free, former, payer, now);
    });
  }
  await act(free, bakerOf(acts.baker), Baker.changePayer(command));
  return (await acts.repository.load(bakerOf(acts.baker))).state.mode;
};

const decideHandOver = async (acts: Acts, former: TzAddress, to: TzAddress, wallet: Wallet.State) => {
  const decision = Wallet.handOver({ to, actor: acts.actor })(wallet);
  return isRefused(decision) ? decision : ((await busy(acts, former, wallet)) ?? decision);
};

/** What the wallet's own stream does not say: a cycle that is being paid, or operations that nobody has found yet. */
const busy = async (acts: Acts, former: TzAddress, wallet: Wallet.State) => {
  const { repository, baker, chain } = acts;
  const { state } = await repository.load(bakerOf(baker));
  const head = await chain.head();
  if (state.registered && head.chainId !== state.registered.chainId)
    return refuse("other-chain" as const, { registered: state.registered.chainId, found: head.chainId });
  const { take } = (await repository.load(ledgerOf(baker))).state;
  if (take) return refuse("being-paid" as const, { payment: take.payment });
  for (const cycle of cyclesOfInterest({ ...state, mode: "on" }, head.cycle)) {
    const { at } = (await repository.load(cycleOf(baker, cycle))).state;
    if (at === "paying") return refuse("being-paid" as const, { cycle });
  }
  if (wallet.adopted === null) return undefined;
  const { counter } = await chain.account(former, head.hash);
  const [pending] = await chain.mempool(former);
  return counter === wallet.counter && pending === undefined
    ? undefined
    : refuse("unexplained" as const, { counter, accounted: wallet.counter });
};
