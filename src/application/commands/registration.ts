import * as Baker from "../../domain/baker/baker.js";
import {
  asCycle,
  type ChainId,
  type Cycle,
  parseStreamName,
  type TzAddress,
} from "../../domain/identifiers.js";
import { bakerOf } from "../aggregates.js";
import { type EventLog } from "../ports/event-log.js";
import { START } from "../ports/event-store.js";
import { act, type Acts, refuseAct } from "./acts.js";

/** Whose log this is: it begins with a baker's registration. */
const bakerOfLog = async ({ log }: Acts): Promise<string | undefined> => {
  const enough = new AbortController();
  try {
    for await (const message of log.subscribeAll({ after: START, signal: enough.signal }))
      return message.kind === "event" ? parseStreamName(message.event.stream).elements[0] : undefined;
    return undefined;
  } finally {
    enough.abort();
  }
};

/** The chain that a baker was registered on: its first event says so, and no other is read. */
export const registeredChain = async (
  log: Pick<EventLog, "read">,
  baker: TzAddress,
): Promise<ChainId | undefined> => {
  for await (const { event } of log.read(bakerOf(baker).stream, { limit: 1 }))
    if (event.type === "BakerRegistered") return event.data.chainId;
  return undefined;
};

/** Registers the baker before anything is written; what is registered must agree with the environment. */
export const ensureRegistered = async (acts: Acts): Promise<Baker.State> => {
  const { baker, repository, chain, startCycle, payer } = acts;
  const { state } = await repository.load(bakerOf(baker));
  if (!state.registered) {
    const owner = await bakerOfLog(acts);
    if (owner !== undefined && owner !== baker) refuseAct("other-baker", { registered: owner, asked: baker });
    const head = await chain.head();
    const firstCycle = asCycle(head.cycle + 1);
    await act(acts, bakerOf(baker), Baker.register({ chainId: head.chainId, firstCycle, startCycle }));
  } else if (startCycle !== undefined && startCycle !== state.registered.firstCycle) {
    refuseAct("other-first-cycle", { registered: state.registered.firstCycle, asked: startCycle });
  }
  if (payer !== undefined) await registerPayer(acts, payer);
  return (await repository.load(bakerOf(baker))).state;
};

/** Makes a wallet the one that pays. */
export const registerPayer = (acts: Acts, payer: TzAddress): Promise<void> =>
  act(acts, bakerOf(acts.baker), Baker.setPayer({ payer, actor: acts.actor }));

/** The cycle that runs on the registered chain. */
export const runningCycle = async ({ chain }: Acts, { registered }: Baker.State): Promise<Cycle> => {
  const { chainId, cycle } = await chain.head();
  if (registered && registered.chainId !== chainId)
    refuseAct("other-chain", { registered: registered.chainId, found: chainId });
  return cycle;
};
