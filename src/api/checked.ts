// Parts of a request, held against what they must be.
import { type z } from "zod";
import { type Fault, Problem } from "./problem.js";

const pointerOf = (steps: readonly PropertyKey[]): string =>
  ["", ...steps.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");

/** Where text holds the character NUL, which the database takes in no text. */
const nulsIn = (value: unknown, steps: readonly PropertyKey[]): readonly Fault[] => {
  if (typeof value === "string")
    return value.includes("\0") ? [{ pointer: pointerOf(steps), detail: "holds the character NUL" }] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => nulsIn(part, [...steps, name]));
};

/** Throws `Problem` with each fault. */
export const checked = <S extends z.ZodType>(part: string, schema: S, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value);
  const faults = parsed.success
    ? nulsIn(value, [part])
    : parsed.error.issues.map(({ path, message }) => ({
        pointer: pointerOf([part, ...path]),
        detail: message,
      }));
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new Problem("invalid", "what was asked is not valid: see faults", { faults });
};
