// What is done to running processes, and when, decided by a seed alone.
import fc from "fast-check";

export interface Strike {
  /** Payments made since the one before, and milliseconds after the last of them. */
  readonly after: { readonly payments: number; readonly ms: number };
  readonly victim: number;
  /** `SIGSTOP` is followed by `SIGCONT` so many blocks later. */
  readonly with:
    { readonly signal: "SIGKILL" | "SIGTERM" } | { readonly signal: "SIGSTOP"; readonly blocks: number };
  /** Whether the lease runs out at once rather than in 15 s: whoever holds it may still be at work. */
  readonly endsLease: boolean;
  /** Blocks for which the server is down that is killed at the same time. */
  readonly serverIsDown: number | undefined;
}

const upTo = (most: number, least = 1) => fc.noBias(fc.integer({ min: least, max: most }));

export interface Field {
  readonly replicas: number;
  readonly count: number;
  /** Strikes at which a server is killed too. */
  readonly serverKills: number;
  /** Between two strikes. */
  readonly mostPayments: number;
  readonly blockMs: number;
}

const strike = ({ replicas, mostPayments, blockMs }: Field) =>
  fc.record({
    after: fc.record({ payments: upTo(mostPayments, Math.ceil(mostPayments / 2)), ms: upTo(blockMs, 0) }),
    victim: upTo(replicas - 1, 0),
    with: fc.oneof(
      fc.constant({ signal: "SIGKILL" as const }),
      fc.constant({ signal: "SIGTERM" as const }),
      fc.record({ signal: fc.constant("SIGSTOP" as const), blocks: upTo(12, 2) }),
    ),
    endsLease: fc.noBias(fc.integer({ min: 0, max: 3 })).map((drawn) => drawn > 0),
    serverIsDown: upTo(6),
  });

export const drawStrikes = (seed: number, field: Field): readonly Strike[] => {
  const { count, serverKills } = field;
  const exactly = (length: number) => ({ minLength: length, maxLength: length });
  const places = Array.from({ length: count }, (_, n) => n);
  const drawn = fc.record({
    strikes: fc.array(strike(field), exactly(count)),
    kills: fc.shuffledSubarray(places, exactly(serverKills)),
  });
  const [{ strikes, kills } = { strikes: [], kills: [] }] = fc.sample(drawn, { seed, numRuns: 1 });
  return strikes.map((each, n) => ({
    ...each,
    serverIsDown: kills.includes(n) ? each.serverIsDown : undefined,
  }));
};
