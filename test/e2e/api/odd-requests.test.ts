// Requests that no client sends: tricks with paths, methods and headers, too much, and too slowly.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect } from "chai";
import { EDGE } from "../../../src/api/edge.js";
import { routesOf } from "../../../src/api/routes.js";
import { bare, type BareAnswer, bareGet, untilEnded } from "../../support/api/bare.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";

describe("odd requests", function () {
  this.timeout(60_000);
  let served: ServedHistory;
  before(async () => {
    served = await serveHistory();
  });
  afterEach(() => expect(served.reports).to.deep.equal([]));
  after(() => served.close());

  const problemOf = ({ status, head, body }: BareAnswer) => {
    expect(head.toLowerCase(), body).to.include("content-type: application/problem+json");
    const problem = JSON.parse(body) as { readonly status: number; readonly type: string };
    expect(problem.status).to.equal(status);
    return [status, problem.type.replace("/api/problems/", "")];
  };
  const authorised = () => [`Authorization: Bearer ${served.tokens.admin}`];

  it("with tricks in their paths reach no other route, and are told what is wrong", async () => {
    const cases: readonly (readonly [string, number, string])[] = [
      ["//api/v1/cycles", 404, "not-found"],
      ["/api//v1/cycles", 404, "not-found"],
      ["/api/v1//cycles", 404, "not-found"],
      ["/api/v1/./cycles", 404, "not-found"],
      ["/api/v1/x/../cycles", 404, "not-found"],
      ["/api/v1/cycles/..%2fsettings", 400, "invalid"],
      ["/api/v1/cycles/%2e%2e", 400, "invalid"],
      ["/api/v1/cycles/1%00", 400, "invalid"],
      ["/api/v1/cycles/%", 400, "bad-request"],
      ["/api/v1/cycles/%ff", 400, "bad-request"],
      ["/api/v1/cycles/%c0%af", 400, "bad-request"],
      ["/api/v1/cycles;x=1", 404, "not-found"],
      [`/api/v1/cycles/${"9".repeat(8_000)}`, 400, "invalid"],
      ["/api/v1/payouts/%00", 400, "invalid"],
      ["/api/v1/payments/%00/%00", 400, "invalid"],
      ["/api/v1/payments/x%2fy/z", 404, "not-found"],
      ["/api/v1/activity?actor=%00", 400, "invalid"],
      ["/api/v1/cycles?cursor=%00", 400, "invalid"],
      ["/api/v1/cycles?limit[]=1&limit=2&limit=3", 400, "invalid"],
      ["*", 404, "not-found"],
      ["http://evil.example/api/v1/nothing", 404, "not-found"],
      ["http://evil.example", 404, "not-found"],
      ["http://[::1/api/v1/nothing", 404, "not-found"],
      ["/api/v1/__proto__", 404, "not-found"],
      ["/api/problems/__proto__", 404, "not-found"],
    ];
    for (const [target, status, type] of cases)
      expect(problemOf(await bareGet(served.port, target, authorised())), target).to.deep.equal([
        status,
        type,
      ]);
    const absolute = await bareGet(served.port, "http://evil.example/api/v1/cycles?limit=1", authorised());
    expect(absolute.status).to.equal(200);
  });

  it("with odd methods are told what the path is for", async () => {
    for (const method of ["TRACE", "PUT", "DELETE", "PATCH", "PROPFIND", "M-SEARCH", "OPTIONS", "QUERY"]) {
      const answer = await bare(
        served.port,
        `${method} /api/v1/cycles HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      if (answer.status === 400) expect(problemOf(answer), method).to.deep.equal([400, "bad-request"]);
      else {
        expect(problemOf(answer), method).to.deep.equal([405, "method-not-allowed"]);
        expect(answer.head).to.match(/^allow: GET, HEAD$/im);
      }
    }
  });

  it("that are no HTTP, or two readings of one, are refused on their connection", async () => {
    const post = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for (const request of [
      "hello\r\n\r\n",
      "GET /api/v1/cycles HTTP/1.1\r\nHost : x\r\n\r\n",
      "GET /api/v1/cycles HTTP/1.1\r\nHost: x\r\n folded: y\r\nX\x00: y\r\n\r\n",
      "GET /api/v1/cy cles HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /api/v1/cycles HTTP/1.1\r\n\r\n",
      `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
      `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${post}Content-Length: -1\r\n\r\n{}`,
      `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ])
      expect((await bare(served.port, request)).status, request).to.equal(400);
  });

  it("that are too large are refused before they are read", async () => {
    const many = Array.from({ length: 101 }, (_, n) => `X-${n}: y`);
    expect(problemOf(await bareGet(served.port, "/api/v1/cycles", many))).to.deep.equal([
      431,
      "headers-too-large",
    ]);
    const long = [`X: ${"y".repeat(20_000)}`];
    expect(problemOf(await bareGet(served.port, "/api/v1/cycles", long))).to.deep.equal([
      431,
      "headers-too-large",
    ]);
    expect(problemOf(await bareGet(served.port, `/${"y".repeat(20_000)}`))).to.deep.equal([
      431,
      "headers-too-large",
    ]);
    const post = (lines: readonly string[], body: string) =>
      bare(
        served.port,
        ["POST /api/v1/auth/login HTTP/1.1", "Host: x", "Connection: close", "Content-Type: application/json"]
          .concat(lines, "", body)
          .join("\r\n"),
      );
    expect(problemOf(await post(["Content-Length: 1000000000000"], "{"))).to.deep.equal([413, "too-large"]);
    const chunk = `${(70_000).toString(16)}\r\n${" ".repeat(70_000)}\r\n0\r\n\r\n`;
    expect(problemOf(await post(["Transfer-Encoding: chunked"], chunk))).to.deep.equal([413, "too-large"]);
    // A small body may be a large one, packed.
    const { gzipSync } = await import("node:zlib");
    const packed = gzipSync(Buffer.alloc(1_000_000, " ")).toString("latin1");
    const lines = ["Content-Encoding: gzip", `Content-Length: ${packed.length}`];
    expect(problemOf(await post(lines, packed))).to.deep.equal([413, "too-large"]);
  });

  it("that come too slowly are given up, whether headers or body, and so are connections without any", async () => {
    const timeouts = { headers: 100, request: 200, keepAlive: 100, look: 20 };
    const edge = { ...EDGE, timeouts, rates: { perPrincipal: 1_000, perAddress: 1_000 } };
    const api = await served.serve(routesOf({ public: false }), { edge });
    const begun = (text: string): Socket => {
      const socket = connect(api.port, "127.0.0.1");
      socket.write(text);
      return socket;
    };
    const inHeaders = begun("GET /api/v1/cycles HTTP/1.1\r\nHost: x\r\nX: ");
    const inBody = begun(
      "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{",
    );
    // A byte now and then does not keep them alive.
    const dripping = setInterval(() => {
      for (const socket of [inHeaders, inBody]) if (socket.writable) socket.write("x");
    }, 90);
    try {
      for (const socket of [inHeaders, inBody]) {
        socket.on("error", () => undefined);
        expect(problemOf(await untilEnded(socket))).to.deep.equal([408, "too-slow"]);
      }
      const idle = begun("GET /api/v1/nothing HTTP/1.1\r\nHost: x\r\n\r\n").resume();
      await once(idle, "end");
    } finally {
      clearInterval(dripping);
    }
    await api.close();
  });
});
