// What the log holds of each event, by type and version: golden fixtures, and a digest of the JSON that is read.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { canonicalJson, type Json, sha256 } from "../../src/domain/digest.js";
import { DomainEvent } from "../../src/domain/events.js";
import {
  address,
  blockHash,
  chainId,
  operationHash,
  protocolHash,
  tzAddress,
} from "../../src/domain/identifiers.js";
import { knownEvents } from "../../src/infrastructure/eventstore/codec.js";

/** Under `test/fixtures/events`. */
const FOLDER = new URL("../../../test/fixtures/events/", import.meta.url);
const SHAPES = new URL("shapes.json", FOLDER);

export type Shapes = Readonly<Record<string, string>>;

/** Checks in code, which JSON Schema knows nothing of, are named. */
const NAMES = new Map<z.core.$ZodType, string>([
  [address, "address"],
  [tzAddress, "tzAddress"],
  [operationHash, "operationHash"],
  [blockHash, "blockHash"],
  [chainId, "chainId"],
  [protocolHash, "protocolHash"],
]);

/** Digest of the stored form of a schema: of what its codecs read, not of what they make of it. */
export const shapeOf = (schema: z.core.$ZodType): string => {
  const described = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { type } = zodSchema._zod.def;
      if (type !== "custom") return;
      const name = NAMES.get(zodSchema);
      if (name === undefined)
        throw new Error("a check in code without a name: give it one in event-shapes.ts");
      jsonSchema.format = name;
    },
  });
  return sha256(canonicalJson(JSON.parse(JSON.stringify(described)) as Json));
};

/** `Type@version` of every event that this release writes, with the digest of its shape. */
export const currentShapes = (): Shapes =>
  Object.fromEntries(
    DomainEvent.options.map((schema) => {
      const type = schema.shape.type.value;
      return [`${type}@${knownEvents.get(type)}`, shapeOf(schema)];
    }),
  );

export const recordedShapes = (): Shapes => JSON.parse(readFileSync(SHAPES, "utf8")) as Shapes;

/** Adds shapes that are not recorded yet; never changes one. */
export const recordShapes = (recorded: Shapes, current: Shapes): void => {
  const sorted = Object.entries({ ...current, ...recorded }).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(SHAPES, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
};

const HOW = "npm run check:events -- --write";

const versioned = (key: string) => {
  const [type = "", version = ""] = key.split("@");
  return { type, version: Number(version) };
};

/** What differs between the shapes that are recorded and those of this release, and what to do about it. */
export const shapeProblems = (recorded: Shapes, current: Shapes): readonly string[] => {
  const changed = Object.entries(current).flatMap(([key, shape]) => {
    const { type, version } = versioned(key);
    const next = version + 1;
    if (recorded[key] === undefined) return [`${key} is new: store ${type}.v${version}.json, then ${HOW}`];
    if (recorded[key] === shape) return [];
    return [
      `the shape of ${type} changed, but not its version ${version}, under which it stands in logs: ` +
        `give it version ${next} in defineEvent, write the upcaster ${key}, keep ${type}.v${version}.json, ` +
        `store ${type}.v${next}.json, then ${HOW}`,
    ];
  });
  const newest = new Map(Object.keys(current).map((key) => [versioned(key).type, versioned(key).version]));
  const gone = Object.keys(recorded).filter((key) => {
    const { type, version } = versioned(key);
    return version > (newest.get(type) ?? 0);
  });
  return [...changed, ...gone.map((key) => `${key} stands in logs, but this release cannot read it`)];
};

/** Names of the golden fixtures: `Type.vN`. */
export const fixtureNames = (): readonly string[] =>
  readdirSync(FOLDER)
    .filter((file) => file !== "shapes.json")
    .map((file) => file.replace(/\.json$/, ""))
    .sort();

/** The data of an event as it stands in the log, byte for byte. */
export const storedData = (name: string): string =>
  JSON.stringify(JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), "utf8")));
