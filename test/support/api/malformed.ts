// Requests that nobody should send, made of the routes by chance.
import { request } from "node:http";
import { expect } from "chai";
import fc from "fast-check";
import { routesOf } from "../../../src/api/routes.js";
import { type ServedHistory } from "./served-history.js";

const odd = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "",
    "0",
    "-1",
    "1e9",
    "999999999999999999999",
    "null",
    "..",
    "../..",
    "%00",
    "'; DROP TABLE",
    "{}",
    "[]",
  ),
  fc.string({ minLength: 1_000, maxLength: 3_000 }),
);
/** As it stands in a URL: mostly encoded as it should be. */
const inUrl = fc.oneof(
  { weight: 4, arbitrary: odd.map((value) => encodeURIComponent(value)) },
  { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."%zZ9.~;:@!$&'()*+,="), maxLength: 12 }) },
);

/** What goes on for as long as it is listened to has no end to wait for. */
const routes = routesOf({ public: true }).filter(({ isLive }) => isLive !== true);

const malformed = (samples: ServedHistory["samples"]) =>
  fc.constantFrom(...routes).chain((route) =>
    fc
      .record({
        method: fc.constantFrom("GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"),
        params: fc.array(fc.oneof(inUrl, fc.constant(undefined)), { minLength: 4, maxLength: 4 }),
        query: fc.array(
          fc.tuple(fc.oneof(fc.constantFrom("limit", ...Object.keys(route.query.shape)), inUrl), inUrl),
          { maxLength: 4 },
        ),
        token: fc.constantFrom<Sent["token"]>("viewer", "admin", "admin", "nobody"),
        key: fc.oneof(fc.uuid(), fc.constantFrom("a key that is none", "one key for all")),
        match: fc.constantFrom('"0"', '"2"', "*", "W/", '"-1"', '"99999999999999999999"'),
        body: fc.oneof(
          odd,
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        type: fc.constantFrom(
          "application/json",
          "application/json",
          "text/plain",
          "application/x-www-form-urlencoded",
        ),
        accept: fc.constantFrom("*/*", "text/html", "application/xml", ""),
      })
      .map(({ params, query, ...rest }) => {
        let n = 0;
        const path = route.path.replace(
          /\{(\w+)\}/g,
          (_, name: string) => params[n++] ?? samples[name] ?? "",
        );
        const search = query.map(([name, value]) => `${name}=${value}`).join("&");
        return { ...rest, path: `/api/v1${path}${search === "" ? "" : `?${search}`}` };
      }),
  );

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly token: "viewer" | "admin" | "nobody";
  readonly key: string;
  readonly match: string;
  readonly accept: string;
  readonly body: string;
  readonly type: string;
}

/** By hand: `fetch` would mend the path. */
const send = (
  { port, tokens }: ServedHistory,
  { method, path, token, accept, body, type, key, match }: Sent,
) =>
  new Promise<{ readonly status: number; readonly type: string; readonly text: string }>(
    (resolve, reject) => {
      const isRead = method === "GET" || method === "HEAD";
      const headers = {
        authorization: `Bearer ${tokens[token]}`,
        accept,
        "content-type": type,
        "idempotency-key": key,
        "if-match": match,
        ...(isRead ? {} : { "content-length": Buffer.byteLength(body) }),
      };
      const asking = request({ port, host: "127.0.0.1", method, path, headers, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", text }),
        );
      });
      asking.on("error", reject);
      asking.end(isRead ? undefined : body);
    },
  );

const ANSWERS = [200, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 431, 503];

/** None ends in a defect; a refusal is a problem, and tells nothing of how TAPS is built. */
export const sendMalformed = async (served: ServedHistory, count: number): Promise<void> => {
  const { samples, reports } = served;
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(malformed(samples), async (asked) => {
      const { status, type, text } = await send(served, asked);
      statuses.add(status);
      expect(status, asked.path).to.be.oneOf(ANSWERS);
      if (status >= 400 && asked.method !== "HEAD") {
        expect(type, asked.path).to.match(/^application\/problem\+json/);
        expect(JSON.parse(text), asked.path).to.include({ status });
      }
      expect(text, asked.path).to.not.match(/node_modules|\.js:\d|SELECT |read\.\w+ AS/);
    }),
    { numRuns: count, seed: 6, endOnFailure: true },
  );
  expect([...statuses]).to.include.members([200, 400, 401, 403, 404, 405, 415]);
  expect(reports).to.deep.equal([]);
};
