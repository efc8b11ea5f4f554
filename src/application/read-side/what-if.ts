// Past cycles by other terms. Amounts in mutez.
import { z } from "zod";
import { address, cycleNumber, tzAddress } from "../../domain/identifiers.js";
import { type WhatIf } from "../replay/what-if.js";
import { amount } from "./answer.js";

const given = z.object({ engineVersion: z.string(), toDelegators: amount, bakerKeeps: amount });
const change = z.object({ was: amount, would: amount });

export const otherTerms = z.object({
  baker: tzAddress,
  cycles: z.array(z.object({ cycle: cycleNumber, was: given, would: given })),
  missing: z.array(cycleNumber).describe("Nothing was allocated in these"),
  total: z.object({ toDelegators: change, bakerKeeps: change }),
  delegators: z.array(change.extend({ delegator: address, difference: amount })),
}) satisfies z.ZodType<WhatIf>;
