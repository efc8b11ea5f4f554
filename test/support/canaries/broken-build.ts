// A copy of the built code with a bug in it.
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Exact text in a built file, once, and what stands there instead. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const built = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
export const root = dirname(built);
let copies = 0;

/** Replaces a text that must stand there exactly once. */
const replaceOnce = async ({ file, from, to }: Change, folder: string): Promise<void> => {
  const path = join(folder, file);
  const text = await readFile(path, "utf8");
  if (text.split(from).length !== 2) throw new Error(`${path} does not hold, once: ${from}`);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
};

/** Runs something on the copy's folder, which is removed afterwards. */
export const withBrokenBuild = async <T>(
  changes: readonly Change[],
  run: (folder: string) => Promise<T>,
): Promise<T> => {
  copies += 1;
  const folder = join(root, `dist-canary-${process.pid}-${copies}`);
  try {
    await cp(built, folder, { recursive: true });
    for (const change of changes) await replaceOnce(change, folder);
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
