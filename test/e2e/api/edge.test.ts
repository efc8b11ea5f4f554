// How the API meets the world: limits, proxies, pages of other origins, names of requests.
import { expect } from "chai";
import { z } from "zod";
import { EDGE, type Edge } from "../../../src/api/edge.js";
import { route } from "../../../src/api/route.js";
import { routesOf } from "../../../src/api/routes.js";
import { type RunningApi } from "../../../src/api/server.js";
import { PASSWORD } from "../../support/accounts.js";
import { answered } from "../../support/api/answered.js";
import { bareGet } from "../../support/api/bare.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe("the edge of the API", function () {
  this.timeout(60_000);
  let served: ServedHistory;
  const running: RunningApi[] = [];
  before(async () => {
    served = await serveHistory();
  });
  afterEach(async () => {
    for (const api of running.splice(0)) await api.close();
    expect(served.reports).to.deep.equal([]);
  });
  after(() => served.close());

  const FEW = { perPrincipal: 4, perAddress: 3 };
  const MANY = { perPrincipal: 1_000, perAddress: 1_000 };
  /** Asks a server of its own. */
  const serve = async (over: Partial<Edge>) => {
    const edge = { ...EDGE, rates: MANY, ...over };
    const api = await served.serve(routesOf({ public: true }), { edge });
    running.push(api);
    const ask = (path: string, headers: Record<string, string> = {}, method = "GET") =>
      answered(
        fetch(`http://127.0.0.1:${api.port}${path}`, {
          method,
          headers: { connection: "close", ...headers },
        }),
      );
    return { port: api.port, ask };
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  describe("limits how much is asked", () => {
    it("by each user, whatever the session, and says what is left", async () => {
      const { ask, port } = await serve({ rates: FEW });
      const opened = await fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ username: "viewer", password: PASSWORD }),
      });
      const { accessToken } = (await opened.json()) as { accessToken: string };
      const tokens = [served.tokens.viewer, accessToken, served.tokens.viewer, accessToken, accessToken];
      const seen: unknown[] = [];
      for (const token of tokens) {
        const { status, headers } = await ask("/api/v1/cycles?limit=1", bearer(token));
        const [policy] = (headers.get("ratelimit-policy") ?? "").split("; pk=");
        seen.push([status, (headers.get("ratelimit") ?? "").split("; t=")[0], policy]);
      }
      const policy = '"principal"; q=4; w=60';
      expect(seen).to.deep.equal([
        ...[3, 2, 1, 0].map((left) => [200, `"principal"; r=${left}`, policy]),
        [429, '"principal"; r=0', policy],
      ]);
      const refused = await ask("/api/v1/cycles", bearer(accessToken));
      expect([refused.status, refused.body["type"]]).to.deep.equal([429, "/api/problems/too-many"]);
      expect(Number(refused.headers.get("retry-after")))
        .to.be.above(0)
        .and.at.most(60);
      // Others have a limit of their own, also at the same address.
      expect((await ask("/api/v1/cycles", bearer(served.tokens.operator))).status).to.equal(200);
    });

    it("by each address of those who are nobody: without a token, with a wrong one, and where none is needed", async () => {
      const { ask } = await serve({ rates: FEW });
      const statuses: number[] = [];
      const delegator = served.samples["delegator"] ?? "";
      for (const [path, headers] of [
        [`/api/v1/public/delegators/${delegator}`, {}],
        ["/api/v1/cycles", bearer("taps_api_wrong")],
        ["/api/v1/nothing", {}],
        ["/api/v1/cycles", {}],
        [`/api/v1/public/delegators/${delegator}`, bearer(served.tokens.admin)],
        ["/api/docs", {}],
      ] as const)
        statuses.push((await ask(path, headers)).status);
      expect(statuses).to.deep.equal([200, 401, 404, 429, 429, 429]);
      expect((await ask("/api/v1/cycles", bearer(served.tokens.viewer))).status).to.equal(200);
    });
  });

  describe("behind a proxy", () => {
    const FORWARDED = [
      "203.0.113.1",
      "203.0.113.2",
      "2001:db8:1:2::1",
      "2001:db8:1:2:ffff::9",
      "2001:db8:1:3::1",
    ];
    const left = async (edge: Partial<Edge>, forwarded: readonly string[]) => {
      const { ask } = await serve({ rates: FEW, ...edge });
      const seen: (string | undefined)[] = [];
      for (const address of forwarded) {
        const { headers } = await ask("/api/v1/cycles", { "x-forwarded-for": address });
        seen.push(/r=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1]);
      }
      return seen;
    };

    it("believes nobody who only says so: no address can be made up", async () => {
      expect(await left({}, FORWARDED.slice(0, 3))).to.deep.equal(["2", "1", "0"]);
      expect(await left({ trustProxy: ["10.0.0.0/8"] }, FORWARDED.slice(0, 3))).to.deep.equal([
        "2",
        "1",
        "0",
      ]);
    });

    it("believes the proxies that are named; of an IPv6 address the /64 counts", async () => {
      for (const trustProxy of [1, ["127.0.0.1", "::1"]])
        expect(await left({ trustProxy }, FORWARDED)).to.deep.equal(["2", "2", "2", "1", "2"]);
      // The last of a list is what the proxy has seen; what stands before it anybody may have written.
      const made = FORWARDED.map((address) => `${address}, 198.51.100.7`).slice(0, 3);
      expect(await left({ trustProxy: 1 }, made)).to.deep.equal(["2", "1", "0"]);
    });
  });

  describe("to pages of other origins", () => {
    const ORIGIN = "https://pay.example";
    const corsOf = (headers: Headers) =>
      Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control")));

    it("says nothing unless they are named", async () => {
      const { ask } = await serve({});
      const told = await ask("/api/v1/cycles", { ...bearer(served.tokens.viewer), origin: ORIGIN });
      expect([told.status, corsOf(told.headers)]).to.deep.equal([200, {}]);
      const asked = await ask(
        "/api/v1/cycles",
        { origin: ORIGIN, "access-control-request-method": "GET" },
        "OPTIONS",
      );
      expect([asked.status, corsOf(asked.headers)]).to.deep.equal([405, {}]);
    });

    it("answers those that are named, with what they may read, and takes no cookies", async () => {
      const { ask } = await serve({ origins: [ORIGIN, "http://other:8080"] });
      const exposed =
        "Request-Id,RateLimit,RateLimit-Policy,Retry-After,ETag,TAPS-Position,TAPS-Pinned,TAPS-Lag,Cache-Control,Idempotency-Replayed,WWW-Authenticate,Allow";
      const told = await ask("/api/v1/cycles", { ...bearer(served.tokens.viewer), origin: ORIGIN });
      expect([told.status, corsOf(told.headers), told.headers.get("vary")]).to.deep.equal([
        200,
        { "access-control-allow-origin": ORIGIN, "access-control-expose-headers": exposed },
        "Origin, Accept-Encoding",
      ]);
      const preflight = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization",
      };
      const asked = await ask("/api/v1/auth/login", { origin: ORIGIN, ...preflight }, "OPTIONS");
      expect([asked.status, corsOf(asked.headers)]).to.deep.equal([
        204,
        {
          "access-control-allow-origin": ORIGIN,
          "access-control-allow-methods": "GET,HEAD,POST,PUT,DELETE",
          "access-control-allow-headers": "authorization",
          "access-control-expose-headers": exposed,
          "access-control-max-age": "600",
        },
      ]);
      const refused = await ask("/api/v1/cycles", { origin: ORIGIN });
      expect([refused.status, refused.headers.get("access-control-allow-origin")]).to.deep.equal([
        401,
        ORIGIN,
      ]);
      for (const origin of [
        "https://evil.example",
        "https://pay.example.evil",
        "https://pay.example:444",
        "null",
      ]) {
        const { headers } = await ask("/api/v1/cycles", { ...bearer(served.tokens.viewer), origin });
        expect(headers.get("access-control-allow-origin"), origin).to.equal(null);
      }
    });
  });

  it("tells browsers to keep, load, frame and guess nothing, whatever it answers", async () => {
    const { port } = await serve({});
    const paths = [
      "/api/v1/auth/me",
      "/api/v1/reports/payments.csv?fromCycle=0&toCycle=0",
      "/api/v1/nothing",
    ];
    for (const path of [...paths, "/api/v1/cycles/x", "/api/docs", "/api/openapi.json"]) {
      const headers = bearer(served.tokens.viewer);
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      await response.body?.cancel();
      const told = ["content-security-policy", "strict-transport-security", "x-content-type-options"]
        .concat("referrer-policy", "cross-origin-resource-policy", "x-powered-by", "server", "set-cookie")
        .map((name) => response.headers.get(name));
      expect(told, path).to.deep.equal([
        "default-src 'none';object-src 'none';style-src 'unsafe-inline';base-uri 'none';form-action 'none';frame-ancestors 'none'",
        "max-age=31536000; includeSubDomains",
        ...["nosniff", "no-referrer", "same-origin", null, null, null],
      ]);
      if (path.startsWith("/api/v1"))
        expect(response.headers.get("cache-control"), path).to.equal("no-store");
    }
  });

  it("tells nothing of what has failed but the request that the log names, and goes on", async () => {
    const reports: unknown[] = [];
    const failing = route({
      ...{ id: "failing", path: "/failing", tag: "test", summary: "Fails", access: "public" },
      ...{ params: z.object({}), query: z.object({}), result: z.object({}) },
      answer: () => Promise.reject(new Error("SELECT of postgres://me:hunter2@host")),
    });
    const api = await served.serve([failing], {
      report: (error, request) => reports.push([String(error), request]),
    });
    running.push(api);
    for (const request of ["first", "second"]) {
      const asking = fetch(`http://127.0.0.1:${api.port}/api/v1/failing`, {
        headers: { "request-id": request },
      });
      const { status, body } = await answered(asking);
      expect([status, body]).to.deep.equal([
        500,
        {
          type: "/api/problems/defect",
          title: "TAPS has failed; the log of the process tells of it",
          status: 500,
          detail: `request ${request} is told of in the log`,
          instance: request,
        },
      ]);
    }
    const told = "Error: SELECT of postgres://me:hunter2@host";
    expect(reports).to.deep.equal([
      [told, "first"],
      [told, "second"],
    ]);
  });

  describe("names each request", () => {
    it("as it was named before, if that is a name", async () => {
      const { ask } = await serve({});
      for (const name of ["request-id", "x-request-id"]) {
        const { headers, body } = await ask("/api/v1/nothing", { [name]: "7f3c:Trace_1.2-3" });
        expect([headers.get("request-id"), body["instance"]]).to.deep.equal([
          "7f3c:Trace_1.2-3",
          "7f3c:Trace_1.2-3",
        ]);
      }
      const both = await ask("/api/v1/nothing", { "request-id": "a", "x-request-id": "b" });
      expect(both.headers.get("request-id")).to.equal("a");
    });

    it("anew otherwise, and repeats nothing that would be a header, or a line of a log", async () => {
      const { port } = await serve({});
      const odd = [
        ...[
          "a b",
          "a\tb",
          "a, b",
          '"a"',
          "a%0d%0aset-cookie: x",
          "x".repeat(129),
          "-a",
          "\xe9",
          "{}",
          "<script>",
        ],
        "a\r\nSet-Cookie: x=1",
        "",
      ];
      for (const id of odd) {
        const { head, body } = await bareGet(port, "/api/v1/nothing", [
          `Request-Id: ${id}`,
          `X-Request-Id: ${id}`,
        ]);
        const given = /^request-id: (.*)$/im.exec(head)?.[1] ?? "";
        if (id.includes("\r")) expect(given).to.equal("a");
        else expect(given, id).to.match(UUID);
        expect(head, id).to.not.match(/^set-cookie/im);
        expect((JSON.parse(body) as { instance: string }).instance).to.equal(given);
      }
    });
  });
});
