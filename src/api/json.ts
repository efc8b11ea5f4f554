/** Amounts and positions are bigints in memory, decimal strings in JSON; times are UTC. */
export const jsonOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
