import { type RunningSandbox } from "../../src/sandbox/demo.js";

/** In which blocks the wallet has an operation, and how often each receiver was paid, as the chain itself has it. */
export const paymentsOn = ({ control: { chain }, payer }: RunningSandbox) => {
  const levels: number[] = [];
  const times = new Map<string, number>();
  for (let level = 1; level <= chain.head.level; level += 1) {
    for (const { operation, results } of chain.block(level)?.operations ?? []) {
      if (operation.contents[0]?.source !== payer) continue;
      levels.push(level);
      operation.contents.forEach((content, i) => {
        if (content.kind !== "transaction" || results[i]?.status !== "applied") return;
        times.set(content.destination, (times.get(content.destination) ?? 0) + 1);
      });
    }
  }
  return { levels, times };
};

/** Throws unless so many receivers are paid, each once. */
export const assertEveryoneIsPaidOnce = (times: ReadonlyMap<string, number>, count: number): void => {
  const other = [...times].find(([, paid]) => paid !== 1);
  if (times.size !== count || other !== undefined)
    throw new Error(`${times.size} of ${count} are paid; ${other?.join(" times ") ?? "each once"}`);
};
