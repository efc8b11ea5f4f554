import { type ReadModelStatus } from "../ports/read-models.js";

/** In a word each; what is not as it should be says why, and what to do about it. */
export const readModelsInShort = (models: readonly ReadModelStatus[]): Readonly<Record<string, string>> =>
  Object.fromEntries(models.map((model) => [model.name, inShort(model)]));

const inShort = ({ name, state, finding, position, asOf, lag, building }: ReadModelStatus): string => {
  const rebuilt = building ? "; being built anew" : "";
  switch (state) {
    case "pinned":
      return `pinned at ${position} (${asOf?.toISOString() ?? "before the first event"}): "taps projections rollback ${name} --to-head" lets it go${rebuilt}`;
    case "stopped":
      return `stopped at ${position ?? "the beginning"}: ${finding?.message}${rebuilt}`;
    case "behind":
      return `${lag.more ? "more than " : ""}${lag.events} events behind${rebuilt}`;
    case "at-head":
    case "empty":
    case "other-version":
    case "other-store":
      return `${state}${rebuilt}`;
  }
};
