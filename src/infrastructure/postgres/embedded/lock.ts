// Only one process at a time starts or stops the server of a data folder. A dead one's lock is void.
import { randomUUID } from "node:crypto";
import { link, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { EmbeddedPostgresError } from "./errors.js";
import { identify, isRunning } from "./processes.js";

/** At least; those who have met draw apart. */
const POLL_MS = 20;
const WAIT_MS = 90_000;

const Holder = z.object({ pid: z.number().int(), started: z.string() });

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

/** Writes down who this process is. */
export const signIn = (path: string): Promise<void> => writeFile(path, JSON.stringify(identify(process.pid)));

/** Whether the process that signed a file still runs; a file that has just gone, or is damaged, is nobody's. */
export const isSigned = async (path: string): Promise<boolean> => {
  try {
    return isRunning(Holder.parse(JSON.parse(await readFile(path, "utf8"))));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || codeOf(error) === "ENOENT")
      return false;
    throw error;
  }
};

const fileOf = (folder: string, generation: number): string => join(folder, `lock.${generation}`);

/** Generations of the lock in this folder, newest first. */
const generations = async (folder: string): Promise<number[]> =>
  (await readdir(folder))
    .flatMap((name) => /^lock\.(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a);

/** Creates the file of a generation, whole, unless somebody was faster. */
const create = async (folder: string, generation: number): Promise<boolean> => {
  const draft = join(folder, `claim.${randomUUID()}`);
  await signIn(draft);
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

const anySigned = async (folder: string, older: readonly number[]): Promise<boolean> => {
  for (const generation of older) if (await isSigned(fileOf(folder, generation))) return true;
  return false;
};

/**
 * Tries to take the lock; answers its file. It is held by whoever has created a generation's file and then finds
 * neither a newer one nor a living process's older one: of two who have created one, the later finds the other's.
 * Only dead processes' files are removed by others.
 */
const tryLock = async (folder: string): Promise<string | undefined> => {
  const [newest = 0] = await generations(folder);
  if (newest > 0 && (await isSigned(fileOf(folder, newest)))) return undefined;
  const mine = newest + 1;
  if (!(await create(folder, mine))) return undefined;
  const [last, ...older] = await generations(folder);
  if (last !== mine || (await anySigned(folder, older))) {
    await rm(fileOf(folder, mine), { force: true });
    return undefined;
  }
  for (const generation of older) await rm(fileOf(folder, generation), { force: true });
  return fileOf(folder, mine);
};

/** Runs `work` while no other process does so for the same folder. */
export const locked = async <T>(folder: string, work: () => Promise<T>): Promise<T> => {
  for (
    const deadline = Date.now() + WAIT_MS;
    Date.now() < deadline;
    await sleep(POLL_MS * (1 + Math.random()))
  ) {
    const file = await tryLock(folder);
    if (file === undefined) continue;
    try {
      return await work();
    } finally {
      await rm(file, { force: true });
    }
  }
  throw new EmbeddedPostgresError(
    `another process has been starting or stopping PostgreSQL in ${folder} for ${WAIT_MS / 1000} s`,
  );
};
