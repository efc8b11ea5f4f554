// Files that are whole, and on the disk, or not there.
import { randomUUID } from "node:crypto";
import { link, open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Writes a draft beside where it belongs, for its owner alone; answers its path. */
const writeDraft = async (folder: string, name: string, text: string): Promise<string> => {
  const draft = join(folder, `${name}.${randomUUID()}`);
  const handle = await open(draft, "wx", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return draft;
};

/** Puts a file in place whole, and on the disk before it returns. */
export const writeDurably = async (folder: string, name: string, text: string): Promise<void> => {
  await rename(await writeDraft(folder, name, text), join(folder, name));
  await syncFolder(folder);
};

/** The same, unless a file is there already: then that one stays. */
export const createDurably = async (folder: string, name: string, text: string): Promise<void> => {
  const draft = await writeDraft(folder, name, text);
  try {
    await link(draft, join(folder, name));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await unlink(draft);
  }
  await syncFolder(folder);
};
