import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const environmentOf = async (pid: string): Promise<string> => {
  try {
    return await readFile(join("/proc", pid, "environ"), "utf8");
  } catch {
    return ""; // It has ended since the folder was read.
  }
};

/** Ids of the processes in whose environment a text stands: a child inherits its parent's. */
export const processesWith = async (text: string): Promise<readonly string[]> => {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map(environmentOf));
  return pids.filter((_, index) => environments[index]?.includes(text));
};
