import { cpus } from "node:os";

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What is aimed at: more or less than so much. Absent where a figure is only to be known. */
  readonly aim?: { readonly atLeast: number } | { readonly below: number } | { readonly atMost: number };
}

const meets = (value: number, aim: NonNullable<Figure["aim"]>): boolean => {
  if ("atLeast" in aim) return value >= aim.atLeast;
  return "below" in aim ? value < aim.below : value <= aim.atMost;
};

const machine = `${cpus().length} x ${cpus()[0]?.model ?? "unknown"}, Node ${process.versions.node}`;

/** Prints one JSON line: the figure, whether it meets its aim (null without one), and the machine it was taken on. */
export const print = ({ name, value, unit, aim }: Figure): void => {
  const met = aim ? meets(value, aim) : null;
  process.stdout.write(`${JSON.stringify({ name, value, unit, aim: aim ?? null, met, on: machine })}\n`);
};

/** That so great a share of all values is not above, rounded to tenths. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.floor(sorted.length * share)] ?? NaN) * 10) / 10;
};

/** What is going on, for whoever waits: on standard error. */
export const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
