import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { SetupError } from "./setup-error.js";

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

/** Makes one folder; it may be there already. */
const makeOne = (folder: string): Promise<void> =>
  mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (!hasCode(error, "EEXIST")) throw error;
  });

/** Makes a folder and those above it. Node's own way tries for ever where nothing can be made, as below /proc. */
const makeFolders = async (folder: string): Promise<void> => {
  try {
    await makeOne(folder);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    await makeFolders(dirname(folder));
    await makeOne(folder);
  }
};

/** Makes the folder for data, for its owner alone, and answers it. Throws `SetupError`. */
export const makeFolder = async (folder: string): Promise<string> => {
  try {
    await makeFolders(folder);
    return folder;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SetupError(`no folder for data: set TAPS_DATA_DIR to one that may be written (${reason})`);
  }
};
