// Sessions over HTTP, and those who try to get in without one.
import { expect } from "chai";
import { SignJWT } from "jose";
import { PASSWORD, SECRET } from "../../support/accounts.js";
import { type Answered, answered } from "../../support/api/answered.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";

describe("sessions over HTTP", function () {
  this.timeout(60_000);
  let served: ServedHistory;
  beforeEach(async () => {
    served = await serveHistory();
  });
  afterEach(async () => {
    expect(served.reports).to.deep.equal([]);
    await served.close();
  });

  const url = (path: string) => `http://127.0.0.1:${served.port}/api/v1${path}`;
  const post = async (path: string, body: unknown, token?: string, type = "application/json") =>
    answered(
      fetch(url(path), {
        method: "POST",
        headers: {
          "content-type": type,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    );
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const me = async (token: string) => answered(fetch(url("/auth/me"), { headers: bearer(token) }));
  const logIn = (username: string, password = PASSWORD) => post("/auth/login", { username, password });
  const typeOf = ({ status, body }: Answered) => [status, String(body["type"]).replace("/api/problems/", "")];
  const textIn = ({ body }: Answered, name: string) => String(body[name]);

  it("open with a password, go on by refreshing, and end with a logout", async () => {
    const opened = await logIn("operator");
    expect([opened.status, opened.headers.get("cache-control")]).to.deep.equal([200, "no-store"]);
    expect((await me(textIn(opened, "accessToken"))).body).to.deep.equal({
      name: "operator",
      role: "operator",
      scopes: ["read", "operate"],
    });
    served.clock.advance(11 * 60_000);
    expect(typeOf(await me(textIn(opened, "accessToken")))).to.deep.equal([401, "unauthenticated"]);
    const renewed = await post("/auth/refresh", { refreshToken: opened.body["refreshToken"] });
    expect((await me(textIn(renewed, "accessToken"))).status).to.equal(200);
    const ended = await post("/auth/logout", { refreshToken: renewed.body["refreshToken"] });
    expect([ended.status, ended.body]).to.deep.equal([204, {}]);
    expect(typeOf(await me(textIn(renewed, "accessToken")))).to.deep.equal([401, "unauthenticated"]);
  });

  it("end for everybody when a refresh token is shown again", async () => {
    const opened = await logIn("viewer");
    const stolen = { refreshToken: opened.body["refreshToken"] };
    const renewed = await post("/auth/refresh", stolen);
    served.clock.advance(60_000);
    expect(typeOf(await post("/auth/refresh", stolen))).to.deep.equal([401, "session-over"]);
    const next = { refreshToken: renewed.body["refreshToken"] };
    expect(typeOf(await post("/auth/refresh", next))).to.deep.equal([401, "session-over"]);
    expect(typeOf(await me(textIn(renewed, "accessToken")))).to.deep.equal([401, "unauthenticated"]);
  });

  it("tell an unknown name from a wrong password by nothing", async () => {
    const unknown = await logIn("nobody-of-this-name");
    const wrong = await logIn("viewer", "not the password at all");
    expect(typeOf(unknown)).to.deep.equal([401, "wrong-credentials"]);
    const told = ({ status, body: { instance: _, ...body } }: Answered) => ({ status, body });
    expect(told(wrong)).to.deep.equal(told(unknown));
  });

  it("make who guesses wait, and say how long", async () => {
    let last = await logIn("viewer", "guess 0 of many");
    for (let n = 1; n < 50 && last.status === 401; n += 1) last = await logIn("viewer", `guess ${n} of many`);
    expect(typeOf(last)).to.deep.equal([429, "too-many"]);
    const seconds = Number(last.headers.get("retry-after"));
    expect(seconds).to.be.above(0);
    served.clock.advance(seconds * 1_000);
    expect((await logIn("viewer")).status).to.equal(200);
  });

  it("are not opened by tokens that others made", async () => {
    const payload = textIn(await logIn("admin"), "accessToken").split(".")[1] ?? "";
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
    const signed = (key: string, over: Record<string, unknown> = {}, typ = "at+jwt") =>
      new SignJWT({ ...claims, ...over })
        .setProtectedHeader({ alg: "HS256", typ })
        .sign(new TextEncoder().encode(key));
    const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url")}.${payload}.`;
    expect((await me(await signed(SECRET))).status).to.equal(200);
    const others = [
      none,
      await signed("another secret of more than thirty-two bytes"),
      await signed(SECRET, { exp: Number(claims["iat"]) - 1 }),
      await signed(SECRET, { aud: "another" }),
      await signed(SECRET, { iss: "another" }),
      await signed(SECRET, {}, "JWT"),
      await signed(SECRET, { sid: "00000000-0000-4000-8000-000000000000" }),
      "taps_api_of-nobody",
      "x",
    ];
    for (const token of others)
      expect(typeOf(await me(token)), token).to.deep.equal([401, "unauthenticated"]);
  });

  it("are told of as they open, end and are refused, by who is known alone, and never by a secret", async () => {
    const before = served.notices.length;
    const opened = await logIn("OPERATOR");
    await logIn("nobody", "a password that is wrong");
    const token = textIn(opened, "accessToken");
    const short = await post("/auth/password", { current: PASSWORD, next: "short" }, token);
    await me(`${token}x`);
    await answered(fetch(url("/cycles/0/pay"), { method: "POST", headers: bearer(served.tokens.viewer) }));
    await me(token);
    await post("/auth/logout", { refreshToken: opened.body["refreshToken"] });
    const told = served.notices.slice(before);
    expect(told.map(({ method, path, status, who }) => [method, path.slice(7), status, who])).to.deep.equal([
      ["POST", "/auth/login", 200, "api:OPERATOR"],
      ["POST", "/auth/login", 401, null],
      ["POST", "/auth/password", 400, "api:operator"],
      ["GET", "/auth/me", 401, null],
      ["POST", "/cycles/0/pay", 403, "api:viewer"],
      ["POST", "/auth/logout", 204, null],
    ]);
    expect(told[2]?.request).to.equal(short.headers.get("request-id"));
    for (const { address } of told) expect(address).to.match(/127\.0\.0\.1$/);
    for (const secret of [token, textIn(opened, "refreshToken"), PASSWORD, "wrong", "nobody"])
      expect(JSON.stringify(told)).to.not.include(secret);
  });

  it("change their password, which ends all the others", async () => {
    const [here, there] = [await logIn("viewer"), await logIn("viewer")];
    const token = textIn(here, "accessToken");
    const short = await post("/auth/password", { current: PASSWORD, next: "short" }, token);
    expect(short.body["faults"]).to.deep.equal([{ pointer: "/body/next", detail: "password-too-short" }]);
    const wrong = await post("/auth/password", { current: "not mine", next: `${PASSWORD}!` }, token);
    expect(typeOf(wrong)).to.deep.equal([401, "wrong-credentials"]);
    const changed = await post("/auth/password", { current: PASSWORD, next: `${PASSWORD}!` }, token);
    expect(changed.status).to.equal(204);
    expect((await me(token)).status).to.equal(200);
    expect((await me(textIn(there, "accessToken"))).status).to.equal(401);
    expect((await logIn("viewer", `${PASSWORD}!`)).status).to.equal(200);
  });

  it("take JSON of a sensible size, and nothing else", async () => {
    const cases = [
      ["username=viewer", "application/x-www-form-urlencoded", 415, "unsupported-media-type"],
      ["{", "application/json", 400, "bad-request"],
      ["null", "application/json", 400, "bad-request"],
      ["[]", "application/json", 400, "invalid"],
      ['{"username":"viewer"}', "application/json", 400, "invalid"],
      ['{"username":"viewer","password":"x","role":"admin"}', "application/json", 400, "invalid"],
      [
        JSON.stringify({ username: "viewer", password: "x".repeat(70_000) }),
        "application/json",
        413,
        "too-large",
      ],
    ] as const;
    for (const [body, type, status, problem] of cases)
      expect(typeOf(await post("/auth/login", body, undefined, type)), body.slice(0, 60)).to.deep.equal([
        status,
        problem,
      ]);
  });
});
