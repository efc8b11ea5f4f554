// A chain that is not waited for: what it does not answer soon, it does not answer.
import { type Chain, ChainUnavailable } from "../ports/chain.js";
import { type Clock } from "../ports/system.js";

/** What is asked of a node to say where things stand. */
export type ShownChain = Pick<Chain, "head" | "account" | "constants" | "feeRates">;

/** Runs work on a chain that throws `ChainUnavailable` for all that it has not answered so many milliseconds from now. */
export const withinMs = async <T>(
  ms: number,
  { chain, clock }: { readonly chain: ShownChain; readonly clock: Clock },
  work: (chain: ShownChain) => Promise<T>,
): Promise<T> => {
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then((): never => {
    throw new ChainUnavailable(`no answer within ${ms} ms`);
  });
  late.catch(() => undefined); // nobody waits for it once the work is done
  const soon = <A>(asked: Promise<A>): Promise<A> => Promise.race([asked, late]);
  try {
    return await work({
      head: () => soon(chain.head()),
      account: (address, at) => soon(chain.account(address, at)),
      constants: (at) => soon(chain.constants(at)),
      feeRates: () => soon(chain.feeRates()),
    });
  } finally {
    done.abort();
  }
};
