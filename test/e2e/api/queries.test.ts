// Every route over real HTTP, on read models in a real PostgreSQL, held against the document that is served.
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "chai";
import { PROBLEMS } from "../../../src/api/problem.js";
import { type Role, ROLES } from "../../../src/application/ports/accounts.js";
import { routesOf } from "../../../src/api/routes.js";
import { NO_STREAM } from "../../../src/application/ports/event-store.js";
import { type Answered, answered } from "../../support/api/answered.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";
import { collect, newEvents, newStream } from "../../support/events.js";
import { addressOf } from "../../support/identifiers.js";

const routes = routesOf({ public: true });
/** What is asked of the read models; the rest has tests of its own. */
const listedRoutes = routes.filter(({ model }) => model !== undefined);

describe("the query API", function () {
  this.timeout(60_000);
  let served: ServedHistory;

  const ask = (path: string, role: Role | "nobody" = "viewer", headers: Record<string, string> = {}) => {
    const authorization = role === "nobody" ? {} : { authorization: `Bearer ${served.tokens[role]}` };
    const asked = { headers: { ...authorization, ...headers } };
    return answered(fetch(`http://127.0.0.1:${served.port}${path}`, asked));
  };
  const filled = (path: string): string =>
    `/api/v1${path.replace(/\{(\w+)\}/g, (_, name: string) => served.samples[name] ?? "?")}`;

  before(async () => {
    served = await serveHistory();
  });
  after(() => served.close());
  afterEach(() => {
    expect(served.reports).to.deep.equal([]);
  });

  it("answers each route as its document says, with the position that it shows", async () => {
    const document = (await ask("/api/openapi.json", "nobody")).body as {
      paths: Record<
        string,
        Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
      >;
    };
    expect(Object.keys(document.paths)).to.deep.equal([...new Set(routes.map(({ path }) => path))]);
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(ajv);
    for (const { path, method } of listedRoutes) {
      const { status, headers, body } = await ask(filled(path));
      expect(status, path).to.equal(200);
      expect(headers.get("taps-position"), path).to.equal(served.head.toString());
      const schema = document.paths[path]?.[method]?.responses["200"]?.content["application/json"]?.schema;
      if (schema === undefined) throw new Error(`${path} is not in the document`);
      const validate = ajv.compile(schema);
      expect(validate(body), `${path}: ${ajv.errorsText(validate.errors)}`).to.equal(true);
    }
  });

  it("is for who shows a token, and for their role", async () => {
    for (const { path, access } of listedRoutes) {
      const nobody = await ask(filled(path), "nobody");
      const refused = access === "public" ? [200, null] : [401, "Bearer"];
      expect([nobody.status, nobody.headers.get("www-authenticate")], path).to.deep.equal(refused);
      for (const role of ROLES) {
        const may = access === "public" || ROLES.indexOf(role) >= ROLES.indexOf(access);
        expect((await ask(filled(path), role)).status, `${path} ${role}`).to.equal(may ? 200 : 403);
      }
    }
    const stranger = await ask("/api/v1/cycles", "nobody", { authorization: "Bearer of-nobody" });
    expect(stranger.status).to.equal(401);
  });

  it("walks a list by its cursor, and takes no other's", async () => {
    const whole = (await ask("/api/v1/payments?limit=200&order=ascending")).body["rows"] as unknown[];
    const walked: unknown[] = [];
    const page = async (query: string) => {
      const { body } = await ask(`/api/v1/payments?order=ascending${query}`);
      return body as unknown as { readonly rows: readonly unknown[]; readonly next: string | null };
    };
    for (let next: string | null | undefined; next !== null && walked.length < whole.length;) {
      const { rows, next: after } = await page(`&limit=7${next === undefined ? "" : `&cursor=${next}`}`);
      walked.push(...rows);
      next = after;
    }
    expect(walked.slice(0, whole.length)).to.deep.equal(whole);
    const other = await ask(`/api/v1/cycles?cursor=${(await page("&limit=1")).next}`);
    expect([other.status, other.body["type"]]).to.deep.equal([400, "/api/problems/bad-cursor"]);
  });

  it("says what is wrong with a request, and where", async () => {
    const wrong = await ask("/api/v1/cycles/x?minPosition=1");
    expect(wrong.headers.get("content-type")).to.match(/^application\/problem\+json/);
    expect(wrong.body).to.deep.include({ type: "/api/problems/invalid", status: 400 });
    expect(wrong.body["faults"]).to.deep.equal([{ pointer: "/params/cycle", detail: "not a whole number" }]);
    const cases = [
      ["/api/v1/cycles?limit=201", 400, "invalid"],
      ["/api/v1/cycles?limit=1&limit=2", 400, "invalid"],
      ["/api/v1/cycles/999999999", 404, "not-found"],
      [`/api/v1/delegators/${addressOf(987_654)}`, 404, "not-found"],
      ["/api/v1/delegators/%2e%2e%2fcycles", 400, "invalid"],
      ["/api/v1/delegators/%E0%A4%A", 400, "bad-request"],
      ["/api/v1/payments?sort=due", 400, "too-wide"],
      ["/api/v1/payments?fromCycle=1", 400, "invalid"],
      ["/api/v1/nothing", 404, "not-found"],
    ] as const;
    for (const [path, status, type] of cases) {
      const { body } = await ask(path);
      expect([body["status"], body["type"]], path).to.deep.equal([status, `/api/problems/${type}`]);
    }
  });

  it("has a page for people, and one for each problem", async () => {
    const textOf = async (path: string) => (await fetch(`http://127.0.0.1:${served.port}${path}`)).text();
    const docs = await textOf("/api/docs");
    for (const { id, path } of routes) expect(docs, id).to.include(`<tr id="${id}">`).and.include(path);
    for (const [type, { title }] of Object.entries(PROBLEMS)) {
      expect(docs).to.include(`href="/api/problems/${type}"`);
      expect(await textOf(`/api/problems/${type}`)).to.include(title);
    }
    expect((await ask("/api/problems/constructor")).status).to.equal(404);
  });

  it("answers 304 to who knows the answer, and waits for a position that is asked for", async () => {
    const first = await ask("/api/v1/cycles");
    const etag = first.headers.get("etag") ?? "";
    expect(etag).to.equal(`W/"${served.head}"`);
    expect((await ask("/api/v1/cycles", "viewer", { "if-none-match": etag })).status).to.equal(304);
    const one = filled("/payments/{payout}/{obligation}");
    const tag = (await ask(one)).headers.get("etag") ?? "";
    expect(tag).to.match(/^"\d+\.\d+"$/);
    for (const known of [tag, `W/${tag}`, `"of-old", W/"older" , ${tag}`, "*"]) {
      const { status, headers, body } = await ask(one, "viewer", { "if-none-match": known });
      expect([status, headers.get("etag"), body], known).to.deep.equal([304, tag, {}]);
    }
    for (const other of ['"0"', "W/", tag.replaceAll('"', ""), `${tag.slice(0, -1)}0"`])
      expect((await ask(one, "viewer", { "if-none-match": other })).status, other).to.equal(200);
    const packed = await ask(one, "viewer", { "accept-encoding": "gzip" });
    expect(packed.headers.get("content-encoding")).to.equal(null);
    expect((await ask(`/api/v1/cycles?minPosition=${served.head}`)).status).to.equal(200);
    const later = await ask(`/api/v1/cycles?minPosition=${served.head + 1n}`);
    expect([later.status, later.body["type"], later.headers.get("retry-after")]).to.deep.equal([
      503,
      "/api/problems/not-fresh",
      "2",
    ]);
  });

  it("says of an answer how long the log has known more, once that is longer than usual", async () => {
    const lagOf = async (path = "/api/v1/cycles") => (await ask(path)).headers.get("taps-lag");
    expect(await lagOf()).to.equal(null);
    const { store, apiClock } = served;
    await store.append(newStream(), NO_STREAM, newEvents(2));
    const [first] = await collect(store.readAll({ after: served.head }));
    const age = () => apiClock.now().getTime() - (first?.recordedAt.getTime() ?? 0);
    apiClock.advance(5_999 - age());
    expect(await lagOf()).to.equal(null);
    apiClock.advance(1);
    // What was looked up is good for a second.
    expect(await lagOf()).to.equal(null);
    apiClock.advance(1_000);
    expect(await lagOf()).to.equal("7");
    const { headers } = await ask("/api/v1/cycles");
    const known = await ask("/api/v1/cycles", "viewer", { "if-none-match": headers.get("etag") ?? "" });
    expect([known.status, known.headers.get("taps-lag"), known.headers.get("taps-position")]).to.deep.equal([
      ...[304, "7", served.head.toString()],
    ]);
    expect(await lagOf("/api/v1/auth/me")).to.equal(null);
  });

  it("sends no header of its own that the document does not describe", async () => {
    const { paths, components } = (await ask("/api/openapi.json", "nobody")).body as {
      paths: Record<string, Record<string, { responses: Record<string, { headers: object }> }>>;
      components: { headers: Record<string, unknown> };
    };
    /** Those of HTTP itself, and of helmet, which are no part of what is asked. */
    const foreign =
      /^(connection|content-.*|cross-origin-.*|date|keep-alive|origin-agent-cluster|referrer-policy|strict-transport-security|transfer-encoding|vary|x-.*)$/;
    const seen = new Set<string>();
    const check = (path: string, { status, headers }: Answered) => {
      const described = paths[path]?.["get"]?.responses[String(status)]?.headers ?? {};
      const names = new Set(Object.keys(described).map((name) => name.toLowerCase()));
      for (const [name] of headers)
        if (!foreign.test(name)) {
          expect(names, `${path} ${status} ${name}`).to.include(name);
          seen.add(name);
        }
    };
    for (const { path } of listedRoutes) {
      const first = await ask(filled(path));
      check(path, first);
      check(path, await ask(filled(path), "viewer", { "if-none-match": first.headers.get("etag") ?? "" }));
      check(path, await ask(filled(path), "nobody"));
      check(path, await ask(`${filled(path)}?minPosition=${served.head + 99n}`));
    }
    expect([...seen].sort()).to.deep.equal(
      ["cache-control", "etag", "ratelimit", "ratelimit-policy", "request-id", "retry-after"].concat(
        ...["taps-lag", "taps-position", "www-authenticate"],
      ),
    );
    const more = ["allow", "idempotency-replayed", "taps-pinned"];
    expect(
      Object.keys(components.headers)
        .map((name) => name.toLowerCase())
        .sort(),
    ).to.deep.equal([...seen, ...more].sort());
  });
});
