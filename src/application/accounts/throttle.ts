// How fast passwords may be tried: by account against many addresses, by address against many accounts.
import { isIPv4, isIPv6 } from "node:net";
import {
  type AccountStore,
  type Attempt,
  type AttemptKeys,
  type Failures,
  type FailuresSeen,
} from "../ports/accounts.js";
import { type Clock } from "../ports/system.js";
import { digestOf } from "./rules.js";

interface Limit {
  /** So many failures cost nothing. */
  readonly free: number;
  /** The longest wait. It never grows beyond, so nobody is locked out for good. */
  readonly longestMs: number;
}

/** An account's wait is short, since strangers can cause it. */
const ACCOUNT: Limit = { free: 5, longestMs: 60_000 };
/** Many people may share an address. */
const ADDRESS: Limit = { free: 10, longestMs: 15 * 60_000 };
/** The wait after the first failure that is not free; it doubles with each that follows. */
const FIRST_WAIT_MS = 1_000;
/** One failure is forgotten each. */
const FORGET_ONE_MS = 10 * 60_000;
/** So long somebody is known at an address after a login. */
const KNOWN_MS = 90 * 24 * 60 * 60_000;

const remaining = (failures: Failures | undefined, now: Date): number => {
  if (failures === undefined) return 0;
  const forgotten = Math.floor((now.getTime() - failures.last.getTime()) / FORGET_ONE_MS);
  return Math.max(0, failures.count - Math.max(0, forgotten));
};

/** Milliseconds that are still to be waited. */
const waitOf = (failures: Failures | undefined, { free, longestMs }: Limit, now: Date): number => {
  const left = remaining(failures, now);
  if (failures === undefined || left < free) return 0;
  const whole = Math.min(longestMs, FIRST_WAIT_MS * 2 ** (left - free));
  // A clock that was set back must not make anybody wait longer than the rule says.
  return Math.min(whole, Math.max(0, failures.last.getTime() + whole - now.getTime()));
};

/** As many as the longest wait comes from: more would only be slower to forget. */
const mostOf = ({ free, longestMs }: Limit): number => free + Math.ceil(Math.log2(longestMs / FIRST_WAIT_MS));

const oneMore = (failures: Failures | undefined, limit: Limit, now: Date): Failures => ({
  count: Math.min(mostOf(limit), remaining(failures, now) + 1),
  last: now,
});

/**
 * Whether an attempt is allowed now. Who has logged in from an address before waits for what failed from there alone:
 * what strangers do elsewhere cannot keep them out.
 */
export const weigh =
  (now: Date) =>
  ({ account, address, lastLoginFromThere }: FailuresSeen): Attempt => {
    const known = lastLoginFromThere !== undefined && now.getTime() - lastLoginFromThere.getTime() < KNOWN_MS;
    const retryAfterMs = Math.max(known ? 0 : waitOf(account, ACCOUNT, now), waitOf(address, ADDRESS, now));
    if (retryAfterMs > 0) return { allowed: false, retryAfterMs };
    return {
      allowed: true,
      account: oneMore(account, ACCOUNT, now),
      address: oneMore(address, ADDRESS, now),
    };
  };

/** The eight groups of an IPv6 address. */
const groupsOf = (address: string): readonly string[] => {
  const [head = "", tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const [first = [], last = []] = [head, tail ?? ""].map((part) => part.split(":").filter(Boolean));
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => "0"), ...last];
};

/** ::ffff:a.b.c.d, by which a server that listens on both hears of an IPv4 address. */
const mappedIPv4 = (groups: readonly string[]): string | undefined => {
  if (groups.slice(0, 6).join(":") !== "0:0:0:0:0:ffff") return undefined;
  const bytes = groups.slice(6).flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]);
  return bytes.join(".");
};

/** Who counts as one: an IPv4 address, or the /64 of an IPv6 one, of which each customer has a whole. */
export const addressKey = (address: string): string => {
  const [plain = ""] = address.split("%");
  if (isIPv4(plain)) return plain;
  if (!isIPv6(plain)) return "unknown";
  const groups = groupsOf(plain);
  return mappedIPv4(groups) ?? `${groups.slice(0, 4).join(":")}::/64`;
};

/** What an attempt is counted under. */
export const attemptKeys = (name: string, address: string): AttemptKeys => ({
  account: digestOf(name.toLowerCase()),
  address: addressKey(address),
});

/** Counts an attempt as failed before anything is verified: of many at once no more pass than one after another. */
export const tryOnce = (store: AccountStore, clock: Clock, keys: AttemptKeys): Promise<Attempt> =>
  store.attempt(keys, weigh(clock.now()));

/** Up to when what was counted, and where somebody logged in, plays no part any more. */
export const forgotten = (now: Date): { readonly failures: Date; readonly addresses: Date } => ({
  failures: new Date(now.getTime() - mostOf(ADDRESS) * FORGET_ONE_MS),
  addresses: new Date(now.getTime() - KNOWN_MS),
});
