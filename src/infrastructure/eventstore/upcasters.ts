import { z } from "zod";

/** Brings the data of one event from one schema version to the next: `type@version` -> version + 1. Total. */
type Upcast = (data: unknown) => unknown;

/** Version 1 had free text in `reason`; every hold was a person's then. */
const cycleHeldV1 = z.strictObject({ reason: z.string(), actor: z.string() });

export const upcasters: ReadonlyMap<string, Upcast> = new Map<string, Upcast>([
  [
    "CycleHeld@1",
    (data) => {
      const { reason, actor } = cycleHeldV1.parse(data);
      return { reason: "person", detail: reason, actor };
    },
  ],
]);
