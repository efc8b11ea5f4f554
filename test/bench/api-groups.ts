// What is asked of the API, in groups: each request of a group has other parameters than the one before.
import { type Size } from "../support/million-rows.js";
import { addressOf, operationOf } from "../support/identifiers.js";
import { BAKER, PAYER } from "../support/payouts.js";

export interface Group {
  readonly name: string;
  /** Of the request of this number. */
  readonly path: (n: number) => string;
  /** Its answers are pages. */
  readonly isList: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answers' status; default 200. */
  readonly status?: 304;
  /** Requests a second; default 200. */
  readonly rate?: number;
}

/** Now here, now there, and each once before one comes again. */
const pick = (n: number, count: number): number => (n * 7_919) % count;

const oneOf = (n: number, values: readonly [string, ...string[]]): string =>
  values[n % values.length] ?? values[0];

/** Most pages have as many rows as one has if nothing is said. */
const paged = (n: number): string =>
  `limit=${oneOf(n, ["50", "20", "50", "100"])}&order=${oneOf(n >> 2, ["descending", "ascending"])}`;

const single = (name: string, path: Group["path"]): Group => ({ name, path, isList: false });

/** `path` has a question mark, and perhaps filters. */
const list = (name: string, path: Group["path"]): Group => ({
  name,
  isList: true,
  path: (n) => `${path(n)}&${paged(n)}`,
});

/** Of which the tables have more than of cycles that were paid. */
const KNOWN_CYCLES = 20_000;

/** The groups on tables of a size; `etag` is that of any list, for they are all of one position. */
export const groupsOf = ({ cycles, paid }: Size, etag: string): readonly Group[] => {
  const cycle = (n: number): number => pick(n, cycles);
  const range = (n: number): string => `fromCycle=${cycle(n)}&toCycle=${cycle(n) + (n % 400)}`;
  const delegator = (n: number): string => addressOf(pick(n, paid));
  const anybody = (n: number): string => addressOf(pick(n, 30 * paid));
  const hash = (n: number): string => operationOf(pick(n, 5 * cycles));
  const payment = (n: number): string => `${BAKER}_${cycle(n)}/delegator:${delegator(n)}`;
  const result = (n: number): string => oneOf(n, ["paid", "held", "planned", "batched", "carried"]);
  const ofCycle = (n: number): string => `/payments?fromCycle=${cycle(n)}&toCycle=${cycle(n)}&sort=due`;
  const mixed = (...paths: readonly Group["path"][]): Group["path"] => {
    return (n) => paths[n % paths.length]?.(Math.floor(n / paths.length)) ?? "";
  };
  return [
    list("cycles", () => "/cycles?"),
    single("a cycle", (n) => `/cycles/${pick(n, KNOWN_CYCLES)}`),
    list("rewards of a cycle", (n) => `/cycles/${cycle(n)}/rewards?sort=${oneOf(n, ["net", "delegator"])}`),
    list("payments", () => "/payments?"),
    list("payments of a range of cycles", (n) => `/payments?${range(n)}`),
    list("payments of a delegator", (n) => `/payments?delegator=${delegator(n)}`),
    list("payments of a delegator in a range", (n) => `/payments?delegator=${delegator(n)}&${range(n)}`),
    list("payments with a result", (n) => `/payments?result=${result(n)}`),
    list("payments with a result in a range", (n) => `/payments?result=${result(n)}&${range(n)}`),
    list("payments of an operation", (n) => `/payments?operation=${hash(n)}`),
    list(
      "payments of a cycle by amount",
      mixed(ofCycle, (n) => `/cycles/${cycle(n)}/payments?`),
    ),
    // All that a delegator ever got is read, each in another block, and sorted.
    {
      ...list("payments of a delegator by amount", (n) => `/payments?delegator=${delegator(n)}&sort=due`),
      rate: 10,
    },
    single("a payment", (n) => `/payments/${payment(n)}`),
    list("delegators", (n) => `/delegators?sort=${oneOf(n, ["delegator", "paid", "owed"])}`),
    list(
      "delegators whose address begins so",
      (n) => `/delegators?search=${anybody(n).slice(0, 4 + (n % 4))}`,
    ),
    single("a delegator", (n) => `/delegators/${anybody(n)}`),
    list("a delegator's payments", (n) => `/delegators/${delegator(n)}/payments?`),
    list("a delegator's ledger", (n) => `/delegators/${delegator(n)}/ledger?`),
    list(
      "operations of the wallet, or of a cycle",
      mixed(
        () => `/wallets/${PAYER}/operations?`,
        (n) => `/cycles/${cycle(n)}/operations?`,
      ),
    ),
    single("an operation", (n) => `/operations/${hash(n)}`),
    list("payouts", (n) => `/payouts?${oneOf(n, ["", "state=completed", "state=planned"])}`),
    single("a payout", (n) => `/payouts/${BAKER}_${cycle(n)}`),
    single("the wallet", () => `/wallets/${PAYER}`),
    list(
      "the wallet's foreign operations, and its spending",
      (n) => `/wallets/${PAYER}/${oneOf(n, ["foreign-operations", "spending"])}?`,
    ),
    list("the ledger", (n) => `/ledger?sort=${oneOf(n, ["delegator", "balance"])}`),
    list(
      "activity",
      mixed(
        () => "/activity?",
        () => "/activity?actor=cli:ann",
        (n) => `/activity?subject=${delegator(n)}`,
        (n) => `/activity?verb=verb%20${pick(n, 400)}`,
      ),
    ),
    {
      ...single(
        "lists that have not changed: 304",
        mixed(
          ofCycle,
          (n) => `/payments?${range(n)}`,
          (n) => `/delegators/${delegator(n)}/payments`,
          (n) => `/activity?subject=${delegator(n)}`,
        ),
      ),
      ...{ status: 304, headers: { "if-none-match": etag } },
    },
  ];
};
