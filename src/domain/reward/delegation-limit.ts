import { type Cycle } from "../identifiers.js";

/**
 * Mainnet's `limit_of_delegation_over_baking` by cycle, for those who compute without a node.
 *
 * - From cycle 703 (Oxford, 018): the protocol's parameter of that name, 9 in Oxford, Paris, Quebec, Rio, Seoul,
 *   Tallinn and Ushuaia (025): Octez `src/proto_0xx/lib_parameters/default_parameters.ml`.
 * - From cycle 468 (Ithaca, 012) to 702: `frozen_deposits_percentage` 10; Oxford's own migration turns it into
 *   `100 / 10 - 1` = 9.
 * - Before: no limit of this kind. TzKT reports no own stake for those cycles, so protection has no effect.
 *
 * Ushuaia's value was last read in cycle 1337 (August 2026); the table ends a year of daily cycles later, and a
 * release that has seen the protocols in between extends it.
 */
const MAINNET = [{ first: 0, last: 1702, limit: 9 }] as const;

/** The published mainnet value for a cycle; undefined where none is known. */
export const mainnetDelegationLimit = (cycle: Cycle): number | undefined =>
  MAINNET.find(({ first, last }) => first <= cycle && cycle <= last)?.limit;
