import * as Baker from "../../domain/baker/baker.js";
import { isRefused, refuse } from "../../domain/decision.js";
import { asCycle, asLevel, type ChainId, type Cycle, type TzAddress } from "../../domain/identifiers.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import * as Wallet from "../../domain/wallet/wallet.js";
import { bakerOf, ledgerOf, walletOf } from "../aggregates.js";
import { FINALITY } from "../process/payer/facts.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered } from "./registration.js";

/** Takes the wallet over at the newest final block of the registered chain, once. */
export const adoptWallet = async (acts: Acts, payer: TzAddress, registered: ChainId): Promise<void> => {
  const { state } = await acts.repository.load(walletOf(payer));
  if (state.adopted?.chainId === registered) return;
  const head = await acts.chain.head();
  if (head.chainId !== registered) refuseAct("other-chain", { registered, found: head.chainId });
  const final = await acts.chain.block(asLevel(Math.max(1, head.level - FINALITY)), payer);
  const { counter } = await acts.chain.account(payer, final.hash);
  await act(acts, walletOf(payer), Wallet.adopt({ chainId: head.chainId, level: final.level, counter }));
};

/** Says the mode also when it is said already, for as long as the wallet is paused: `leave` must meet it. */
const sayOn = async (acts: Acts, payer: TzAddress, isPaused: boolean): Promise<void> => {
  const { cycle, chainId } = await acts.chain.head();
  await act(acts, bakerOf(acts.baker), (state) => {
    if (state.registered && state.registered.chainId !== chainId)
      return refuse("other-chain", { registered: state.registered.chainId, found: chainId });
    if (state.payer !== payer) return refuse("changing");
    const fromCycle = (state.mode === "on" ? state.onSince : undefined) ?? cycle;
    const change = { mode: "on" as const, fromCycle, actor: acts.actor };
    return Baker.changeMode(change, isPaused ? "anew" : "once")(state);
  });
};

const pauseFor = (acts: Acts, mode: Baker.Mode) => ({
  reason: "mode" as const,
  detail: `mode ${mode}`,
  actor: acts.actor,
  untilLevel: null,
});

/** So often is a switch tried while others switch too. */
const ATTEMPTS = 10;

/**
 * Pauses the wallet, then says the mode at the revision of the baker's stream that was read before: who enters *on*
 * meanwhile has either lifted an older pause before this one, or meets it. So no pause is lifted once the mode is said.
 */
const leave = async (acts: Acts, mode: Exclude<Baker.Mode, "on">): Promise<void> => {
  const { repository, baker, metadata } = acts;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { state, revision } = await repository.load(bakerOf(baker));
    if (state.mode === "on" && state.payer !== undefined)
      await act(acts, walletOf(state.payer), () => [
        { type: "WalletPaused" as const, data: pauseFor(acts, mode) },
      ]);
    // Once paused nothing is signed, even if no node answers that could tell the cycle of the switch.
    const { cycle, chainId } = await acts.chain.head();
    if (state.registered && state.registered.chainId !== chainId)
      refuseAct("other-chain", { registered: state.registered.chainId, found: chainId });
    const changed = Baker.changeMode({ mode, fromCycle: cycle, actor: acts.actor })(state);
    if (isRefused(changed)) throw new ActRefused(changed);
    if (changed.length === 0) return;
    const { appended } = await repository.append(Baker.stream(baker), revision, changed, metadata());
    if (appended) return;
  }
  refuseAct("changing");
};

/** A wallet that was taken over before the first switch to *on*, or whose switch broke off. */
const pauseUnlessOn = async (acts: Acts): Promise<void> => {
  const { mode, payer } = (await acts.repository.load(bakerOf(acts.baker))).state;
  if (mode === "on" || payer === undefined) return;
  const { adopted } = (await acts.repository.load(walletOf(payer))).state;
  if (adopted !== null) await act(acts, walletOf(payer), Wallet.pause(pauseFor(acts, mode)));
};

/** What a cycle left owing elsewhere was imported: paid here as well, it would be paid twice. */
const assertNotImported = async (acts: Acts, firstCycle: Cycle): Promise<void> => {
  const { cycle: running } = await acts.chain.head();
  const { state: ledger } = await acts.repository.load(ledgerOf(acts.baker));
  const ours = Ledger.importedFrom(asCycle(Math.max(firstCycle, running)))(ledger);
  if (ours !== undefined) refuseAct("imported-ahead", { cycle: ours });
};

/** Whether somebody has begun to leave *on* since. */
const isLeftSince = async ({ log }: Acts, payer: TzAddress, revision: number): Promise<boolean> => {
  for await (const { event } of log.read(walletOf(payer).stream, { from: revision + 1 }))
    if (event.type === "WalletPaused" && event.data.reason === "mode") return true;
  return false;
};

/** Says *on*, then lifts the pause that stood before: not one that somebody has said since. */
const enter = async (acts: Acts, payer: TzAddress, registered: ChainId): Promise<void> => {
  await acts.assertSigns(payer);
  await adoptWallet(acts, payer, registered);
  const wallet = walletOf(payer);
  const before = await acts.repository.load(wallet);
  const isPaused = before.state.pauses.some(({ reason }) => reason === "mode");
  await sayOn(acts, payer, isPaused);
  await act(acts, wallet, async (state) =>
    (await isLeftSince(acts, payer, before.revision))
      ? refuse("changing")
      : Wallet.resume({ reason: "mode", actor: acts.actor })(state),
  );
};

/**
 * Switches the mode. Leaving *on* pauses the wallet first, entering it lifts that pause last: whatever is
 * interrupted between the two, nothing is signed outside *on* (PAYMENT section 8). Throws `ActRefused`.
 */
export const switchMode = async (acts: Acts, mode: Baker.Mode): Promise<void> => {
  if (mode === "on") {
    const { payer, mode: current, registered } = await ensureRegistered(acts);
    const { chainId, firstCycle } = registered ?? refuseAct("not-registered");
    if (current !== "on") await assertNotImported(acts, firstCycle);
    await enter(acts, payer ?? refuseAct("no-payer"), chainId);
  } else {
    await (mode === "off" ? registeredBaker : ensureRegistered)(acts);
    await leave(acts, mode);
    await pauseUnlessOn(acts);
  }
};

/** What is registered stops at once, whatever START_CYCLE and PAYER say in this shell. */
const registeredBaker = async (acts: Acts): Promise<Baker.State> => {
  const { state } = await acts.repository.load(bakerOf(acts.baker));
  return state.registered ? state : ensureRegistered(acts);
};

const payerOf = async (acts: Acts): Promise<TzAddress> =>
  (await registeredBaker(acts)).payer ?? refuseAct("no-payer");

/** Stops signing; what is signed is watched to its end. */
export const pauseWallet = async (acts: Acts, detail: string): Promise<void> => {
  const pause = { reason: "person" as const, detail, actor: acts.actor, untilLevel: null };
  await act(acts, walletOf(await payerOf(acts)), Wallet.pause(pause));
};

type Stops = ReturnType<typeof Wallet.stopsSigning>;

const LIFTED_BY_PEOPLE: ReadonlySet<string> = new Set(["person", "finding"]);

/** Lifts people's pauses and findings, exactly those that are answered as lifted; and answers what still stops. */
export const resumeWallet = async (
  acts: Acts,
): Promise<{ readonly lifted: Wallet.State["pauses"]; readonly stops: Stops }> => {
  const { repository, actor, metadata } = acts;
  const wallet = walletOf(await payerOf(acts));
  for (;;) {
    const { state, revision } = await repository.load(wallet);
    const lifted = state.pauses.filter(({ reason }) => LIFTED_BY_PEOPLE.has(reason));
    const events = lifted.map(({ reason }): Wallet.Event => ({
      type: "WalletResumed",
      data: { reason, actor },
    }));
    const done =
      events.length === 0 || (await repository.append(wallet.stream, revision, events, metadata())).appended;
    if (done) return { lifted, stops: Wallet.stopsSigning((await repository.load(wallet)).state) };
  }
};
