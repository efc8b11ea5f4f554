/** Runs parts until the signal is aborted; if one fails, the others are stopped and the failure is thrown. */
export const runAll = async (
  signal: AbortSignal,
  parts: readonly ((signal: AbortSignal) => Promise<void>)[],
): Promise<void> => {
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const ended = await Promise.allSettled(
    parts.map((part) =>
      part(until).catch((error: unknown) => {
        failed.abort();
        throw error;
      }),
    ),
  );
  const failure = ended.find((one) => one.status === "rejected");
  if (failure) throw failure.reason;
};
