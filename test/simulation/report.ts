import { type Outcome } from "./simulation.js";

/** The end of a story is what matters. */
const LINES = 150;

/** A run for a person to read, with what plays it again. */
export const reportOf = ({ shape, disturbances, failure, story, steps }: Outcome): string =>
  [
    JSON.stringify(shape),
    "",
    ...story.slice(-LINES),
    "",
    `${failure === undefined ? "nothing failed in" : "failed after"} ${steps} steps with ${disturbances.length} disturbances`,
    ...(failure === undefined ? [] : [failure]),
    "",
    `npm run simulate -- --seeds 1 --seed ${shape.seed}`,
    `npm run simulate -- --replay <file>, with this in the file: ${JSON.stringify({ shape, disturbances })}`,
  ].join("\n");
