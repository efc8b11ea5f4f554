// How the API meets the world: what it believes of proxies, whom it lets ask from browsers, how much and how slowly.
import { type Rates } from "./rate-limit.js";

/** In milliseconds. */
export interface Timeouts {
  /** Within which a request's headers have arrived, and the whole of it with its body. */
  readonly headers: number;
  readonly request: number;
  /** How long a connection is kept on which nothing is asked. */
  readonly keepAlive: number;
  /** How often the first two are looked at. */
  readonly look: number;
}

export interface Edge {
  /** Proxies before the API, whose X-Forwarded-For is believed: how many, or their addresses. */
  readonly trustProxy: number | readonly string[];
  /** Origins whose pages may ask. */
  readonly origins: readonly string[];
  readonly rates: Rates;
  readonly timeouts: Timeouts;
}

/** Without a proxy, and for no other origin. */
export const EDGE: Edge = {
  trustProxy: 0,
  origins: [],
  rates: { perPrincipal: 1_200, perAddress: 60 },
  // Proxies keep connections for 60 seconds: one must not be closed under a request that is on its way.
  timeouts: { headers: 10_000, request: 30_000, keepAlive: 65_000, look: 2_000 },
};

/** More is nothing that a client of this API sends. */
export const MOST_HEADERS = 100;
