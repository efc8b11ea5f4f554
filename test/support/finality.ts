/**
 * Blocks on top of one until nothing can take it away (Tenderbake). The judges' own number: they must see
 * code that is content with fewer.
 */
export const FINALITY = 2;
