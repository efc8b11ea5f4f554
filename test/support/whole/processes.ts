import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const readOf = async (pid: string, file: string): Promise<string> => {
  try {
    return await readFile(join("/proc", pid, file), "utf8");
  } catch {
    return ""; // It has ended since the folder was read.
  }
};

/** Ids of the processes in whose environment or arguments a text stands. */
export const processesWith = async (text: string): Promise<readonly string[]> => {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => (await readOf(pid, "environ")) + (await readOf(pid, "cmdline"))),
  );
  return pids.filter((_, index) => found[index]?.includes(text));
};
