// Fails when the client's types are not those of the document; `--write` makes them so.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import openapiTS, { astToString } from "openapi-typescript";
import { documentOf } from "../../../src/api/document.js";
import { jsonOf } from "../../../src/api/json.js";
import { routesOf } from "../../../src/api/routes.js";
import { root } from "../canaries/broken-build.js";

const FILE = join(root, "src/client/schema.ts");
const HEAD = "// Types of the API, made of its document: npm run generate:client\n";

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}
interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: unknown }>>;
}

/** What a program's types need of an operation: what it answers, and that all else is a problem. */
const inShort = ({ responses, ...operation }: Operation) => ({
  ...operation,
  responses: {
    ...Object.fromEntries(
      Object.entries(responses)
        .filter(([status]) => status.startsWith("2"))
        .map(([status, { content }]) => [status, { description: "", ...(content ? { content } : {}) }]),
    ),
    default: {
      description: "",
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    },
  },
});

const { paths, ...rest } = JSON.parse(jsonOf(documentOf(routesOf({ public: true }), "1"))) as Described;
const short = Object.fromEntries(
  Object.entries(paths).map(([path, operations]) => [
    path,
    Object.fromEntries(Object.entries(operations).map(([method, operation]) => [method, inShort(operation)])),
  ]),
);
const types = HEAD + astToString(await openapiTS(Buffer.from(JSON.stringify({ ...rest, paths: short }))));
if (process.argv.includes("--write")) await writeFile(FILE, types);
else if ((await readFile(FILE, "utf8")) !== types) {
  process.stderr.write(`${FILE} is not of this API's document: npm run generate:client\n`);
  process.exitCode = 1;
}
