import { type Acting, type Fault } from "./acting.js";
import {
  appendSigned,
  ForgedOtherwise,
  forgeExactly,
  injectFromLog,
  type Intent,
  signBytes,
} from "./sign.js";
import { judge, judgeRefusal } from "./simulate.js";

/** A signer may take its time: what was simulated under another protocol is simulated again at the next look. */
const isUpgraded = async ({ ports, facts }: Acting): Promise<boolean> =>
  (await ports.chain.head()).nextProtocol !== facts.head.nextProtocol;

/**
 * Simulates exactly this operation and forges it meanwhile; if it is fine, signs it, appends it, injects it. The
 * fault otherwise.
 */
export const send = async (acting: Acting, intent: Intent): Promise<Fault | undefined> => {
  const { ports, view, facts, memory } = acting;
  if (memory.token === undefined) return undefined;
  try {
    const [simulation, forged] = await Promise.all([
      ports.chain.simulate(intent.operation, facts.head),
      forgeExactly(ports, intent.operation),
    ]);
    const verdict =
      simulation.outcome === "results" ? judge(simulation.contents) : judgeRefusal(simulation.errors);
    if (verdict.verdict !== "fine") return verdict;
    const bytes = await signBytes(ports, view, forged);
    if (await isUpgraded(acting)) return { verdict: "later", error: "the protocol has changed since" };
    const signed = await appendSigned(ports, view, facts, memory.token, { ...intent, bytes });
    if (signed === undefined) return undefined;
    memory.injectedAt.set(signed.hash, facts.head.hash);
    await injectFromLog(ports, view.payer, signed);
    return undefined;
  } catch (error) {
    if (error instanceof ForgedOtherwise) return { verdict: "finding", error: error.message };
    throw error;
  }
};
