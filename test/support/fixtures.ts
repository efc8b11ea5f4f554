import { readFileSync } from "node:fs";

/** Text of a recorded file under `test/fixtures`. */
export const fixture = (path: string): string =>
  readFileSync(new URL(`../../../test/fixtures/${path}`, import.meta.url), "utf8");
