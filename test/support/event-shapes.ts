import { z } from "zod";
import { type Json, canonicalJson, sha256 } from "../../src/domain/digest.js";
import { DomainEvent } from "../../src/domain/events.js";
import { knownEvents } from "../../src/infrastructure/eventstore/codec.js";

/** A digest of the JSON that each event type is written as, by `type@version`. */
export const shapes = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    DomainEvent.options.map((schema) => {
      const type = schema.shape.type.value;
      const shape = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
      return [`${type}@${knownEvents.get(type) ?? 0}`, sha256(canonicalJson(shape))];
    }),
  );
