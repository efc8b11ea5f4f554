// Any event that the schemas allow, for properties of the codec.
import fc from "fast-check";
import { z } from "zod";
import { DomainEvent } from "../../src/domain/events.js";
import {
  address,
  blockHash,
  chainId,
  operationHash,
  protocolHash,
  tzAddress,
} from "../../src/domain/identifiers.js";
import { addressOf, blockOf, operationOf } from "./identifiers.js";

const some = <T>(make: (n: number) => T): fc.Arbitrary<T> => fc.nat(40).map(make);

/** Values of checks in code. */
const CHECKED = new Map<z.core.$ZodType, fc.Arbitrary<unknown>>([
  [address, fc.oneof(some(addressOf), fc.constant("KT1Np1h72jGkRkfxNHLXNNJLHNbj9doPz4bR"))],
  [tzAddress, some(addressOf)],
  [operationHash, some(operationOf)],
  [blockHash, some(blockOf)],
  [chainId, fc.constant("NetXdQprcVkpaWU")],
  [protocolHash, fc.constant("PsParisCZo7KAh1Z1smVd9ZMZ1HHn5gkzbM94V3PLCpknFWhUAi")],
]);

const amounts = fc.oneof(
  fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
  fc.constantFrom(0n, 2n ** 53n + 1n, 2n ** 64n),
);

/** Texts of every pattern that events use; what does not fit is left out below. */
const texts = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.nat().map(String),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex")),
  fc.uint8Array({ minLength: 1, maxLength: 90 }).map((bytes) => Buffer.from(bytes).toString("hex")),
  fc.uint8Array({ maxLength: 90 }).map((bytes) => Buffer.from(bytes).toString("base64")),
);

const numbers = fc.oneof(fc.nat(20_000), fc.constantFrom(0, 1, 2 ** 53 - 1));

/** Values of a schema that are already read, as the domain has them. */
const arbitraryOf = (schema: z.core.$ZodType): fc.Arbitrary<unknown> => {
  const checked = CHECKED.get(schema);
  if (checked) return checked;
  if (schema instanceof z.ZodObject) {
    const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
    const members = Object.entries(shape);
    const optional = members.filter(([, member]) => member instanceof z.ZodOptional).map(([name]) => name);
    const values = members.map(([name, member]) => [name, arbitraryOf(member)] as const);
    const requiredKeys = members.map(([name]) => name).filter((name) => !optional.includes(name));
    return fc.record(Object.fromEntries(values), { requiredKeys, noNullPrototype: true });
  }
  if (schema instanceof z.ZodOptional) return arbitraryOf(schema.unwrap());
  if (schema instanceof z.ZodNullable) return fc.option(arbitraryOf(schema.unwrap()), { nil: null });
  if (schema instanceof z.ZodArray) return fc.array(arbitraryOf(schema.element), { maxLength: 3 });
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(arbitraryOf));
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodRecord) return recordOf(schema);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return fitting(numbers, schema);
  if (schema instanceof z.ZodCodec) return amounts.filter((value) => schema.safeEncode(value).success);
  if (schema instanceof z.ZodString || schema instanceof z.ZodBase64) return fitting(texts, schema);
  throw new Error(`no values for ${schema._zod.def.type}`);
};

const fitting = <T>(values: fc.Arbitrary<T>, schema: z.ZodType): fc.Arbitrary<T> =>
  values.filter((value) => schema.safeParse(value).success);

const recordOf = (schema: z.ZodRecord): fc.Arbitrary<unknown> => {
  const { keyType, valueType } = schema;
  const values = arbitraryOf(valueType);
  if (keyType instanceof z.ZodEnum)
    return fc.record(Object.fromEntries(keyType.options.map((key) => [key, values])), {
      noNullPrototype: true,
    });
  return fc.dictionary(fc.stringMatching(/^[a-z]{1,8}\/[0-9]{1,3}$/), values, {
    maxKeys: 3,
    noNullPrototype: true,
  });
};

/** Any event; each type is as likely as every other. */
export const anyEvent: fc.Arbitrary<DomainEvent> = fc.oneof(
  ...DomainEvent.options.map((schema) => arbitraryOf(schema) as fc.Arbitrary<DomainEvent>),
);
