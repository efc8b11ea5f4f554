/** Closes what was opened. */
export type Cleanup = () => Promise<void>;

/** Runs all of them, the last first, whichever fails. Throws one error that names all failures. */
export const cleanUp = async (cleanups: Cleanup[]): Promise<void> => {
  const failures: string[] = [];
  for (const cleanup of cleanups.splice(0).reverse())
    await cleanup().catch((error: unknown) =>
      failures.push(error instanceof Error ? error.message : String(error)),
    );
  if (failures.length > 0) throw new Error(failures.join("; "));
};
