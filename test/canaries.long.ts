import { execFile } from "node:child_process";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { type Canary, canaries } from "./support/canaries/canaries.js";

const run = promisify(execFile);
const built = dirname(dirname(fileURLToPath(import.meta.url)));
const root = dirname(built);

/** Replaces a text that must stand there exactly once. */
const replaceOnce = async (path: string, from: string, to: string): Promise<void> => {
  const text = await readFile(path, "utf8");
  if (text.split(from).length !== 2) throw new Error(`${path} does not hold, once: ${from}`);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
};

/** Whether the tests that should catch the bug fail with it. */
const isCaught = async ({ changes, caughtBy }: Canary, folder: string): Promise<boolean> => {
  await cp(built, folder, { recursive: true });
  for (const { file, from, to } of changes) await replaceOnce(join(folder, file), from, to);
  const files = caughtBy.map((file) => join(folder, file));
  try {
    await run(process.execPath, [join(root, "node_modules/mocha/bin/mocha.js"), "--bail", ...files], {
      cwd: root,
      timeout: 540_000,
    });
    return false;
  } catch (error) {
    const output = error instanceof Error && "stdout" in error ? String(error.stdout) : "";
    if (!/\d+ failing/.test(output)) throw error;
    return true;
  }
};

describe("canaries: bugs that the tests must see", function () {
  this.timeout(600_000);

  for (const [number, canary] of canaries.entries()) {
    it(`catches: ${canary.name}`, async () => {
      const folder = join(root, `dist-canary-${process.pid}-${number}`);
      try {
        expect(await isCaught(canary, folder)).to.equal(true);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }
});
