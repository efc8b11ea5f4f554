// Who may start and stop the server of a data folder: one process at a time, until it releases or dies.
import { randomUUID } from "node:crypto";
import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { identify, isRunning } from "./processes.js";

export interface Ownership {
  release(): Promise<void>;
}

const Holder = z.object({ pid: z.number().int(), started: z.string() });

const fileOf = (folder: string, generation: number): string => join(folder, `owner.${generation}`);

/** Generations claimed in this folder, newest first. */
const generations = async (folder: string): Promise<number[]> =>
  (await readdir(folder))
    .flatMap((name) => /^owner\.(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

/** The holder of a generation runs; a file that has just gone, or is damaged, has none. */
const isHeld = async (folder: string, generation: number): Promise<boolean> => {
  try {
    return isRunning(Holder.parse(JSON.parse(await readFile(fileOf(folder, generation), "utf8"))));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || codeOf(error) === "ENOENT")
      return false;
    throw error;
  }
};

/** Creates the file of a generation, whole, unless somebody was faster. */
const create = async (folder: string, generation: number): Promise<boolean> => {
  const draft = join(folder, `claim.${randomUUID()}`);
  await writeFile(draft, JSON.stringify(identify(process.pid)));
  try {
    await link(draft, fileOf(folder, generation));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft);
  }
};

/**
 * Takes the ownership of a folder; undefined while a process that runs has it. A dead owner's generation is
 * never reused: the next one is claimed by creating its file, which only one process can, and older files go
 * only after that. So two processes that find the same owner dead cannot both follow it.
 */
export const claim = async (folder: string): Promise<Ownership | undefined> => {
  for (;;) {
    const [newest = 0] = await generations(folder);
    if (newest > 0 && (await isHeld(folder, newest))) return undefined;
    const mine = newest + 1;
    if (!(await create(folder, mine))) continue;
    const [last, ...older] = await generations(folder);
    if (last === mine) {
      for (const generation of older) await rm(fileOf(folder, generation), { force: true });
      return { release: () => rm(fileOf(folder, mine), { force: true }) };
    }
    await rm(fileOf(folder, mine), { force: true });
  }
};
