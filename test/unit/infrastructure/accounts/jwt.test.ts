import { expect } from "chai";
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { JwtSigner } from "../../../../src/infrastructure/accounts/jwt.js";

const SECRET = "x".repeat(32);
const AT = new Date("2026-01-01T00:00:00.500Z");
const NOW_S = Math.floor(AT.getTime() / 1_000);
const MINUTE = 60_000;
const CLAIMS = {
  account: "11111111-1111-4111-8111-111111111111",
  session: "22222222-2222-4222-8222-222222222222",
};
const PAYLOAD: JWTPayload = {
  iss: "taps",
  aud: "taps-api",
  sub: CLAIMS.account,
  sid: CLAIMS.session,
  iat: NOW_S,
  exp: NOW_S + 600,
};
const HEADER = { alg: "HS256", typ: "at+jwt" };

const key = (secret: string): Uint8Array => new TextEncoder().encode(secret);
const forged = (payload: JWTPayload, header: { alg: string; typ?: string } = HEADER, secret = SECRET) =>
  new SignJWT(payload).setProtectedHeader(header).sign(key(secret));
const without = (name: string): JWTPayload =>
  Object.fromEntries(Object.entries(PAYLOAD).filter(([claim]) => claim !== name));
const later = (ms: number): Date => new Date(AT.getTime() + ms);

describe("access tokens", () => {
  const signer = new JwtSigner(SECRET);
  const verdict = (token: string, at = AT) => signer.verify(token, at);
  const INVALID = { refused: "invalid" };

  it("tell whose they are until their time is over", async () => {
    const token = await signer.sign(CLAIMS, AT, 10 * MINUTE);
    expect(decodeProtectedHeader(token)).to.deep.equal(HEADER);
    expect(decodeJwt(token)).to.deep.equal(PAYLOAD);
    expect(await verdict(token)).to.deep.equal(CLAIMS);
    expect(await verdict(token, later(10 * MINUTE - 501))).to.deep.equal(CLAIMS);
    expect(await verdict(token, later(10 * MINUTE - 500))).to.deep.equal({ refused: "expired" });
    expect(await verdict(token, later(365 * 24 * 60 * MINUTE))).to.deep.equal({ refused: "expired" });
  });

  it("are refused without a signature, whatever they say of it", async () => {
    const unsecured = new UnsecuredJWT(PAYLOAD).encode();
    const [, body = "", signature = ""] = (await forged(PAYLOAD)).split(".");
    const heads = ["none", "None", "NONE", ""].map((alg) =>
      Buffer.from(JSON.stringify({ ...HEADER, alg })).toString("base64url"),
    );
    const tokens = heads.flatMap((head) => [`${head}.${body}.`, `${head}.${body}.${signature}`]);
    for (const token of [unsecured, ...tokens]) expect(await verdict(token), token).to.deep.equal(INVALID);
  });

  it("are refused under another key, or another algorithm under the same", async () => {
    expect(await verdict(await forged(PAYLOAD, HEADER, "y".repeat(32)))).to.deep.equal(INVALID);
    const long = "x".repeat(64);
    expect(await new JwtSigner(long).verify(await forged(PAYLOAD, HEADER, long), AT)).to.deep.equal(CLAIMS);
    for (const alg of ["HS384", "HS512"]) {
      const token = await forged(PAYLOAD, { ...HEADER, alg }, long);
      expect(await new JwtSigner(long).verify(token, AT), alg).to.deep.equal(INVALID);
    }
  });

  it("are refused when they are of somebody else, for somebody else, of another kind, or lack a claim", async () => {
    const wrong = [
      { ...PAYLOAD, aud: "another-api" },
      { ...PAYLOAD, iss: "another" },
      { ...PAYLOAD, sub: "me" },
      { ...PAYLOAD, sid: 5 },
      ...["iss", "aud", "sub", "sid", "iat", "exp"].map(without),
    ];
    for (const payload of wrong)
      expect(await verdict(await forged(payload)), JSON.stringify(payload)).to.deep.equal(INVALID);
    for (const header of [{ alg: "HS256" }, { alg: "HS256", typ: "JWT" }])
      expect(await verdict(await forged(PAYLOAD, header))).to.deep.equal(INVALID);
  });

  it("are refused when they would live for more than ten minutes", async () => {
    expect(await verdict(await forged({ ...PAYLOAD, exp: NOW_S + 601 }))).to.deep.equal(INVALID);
  });

  it("are refused when any part of them is changed, and when they are none", async () => {
    const token = await signer.sign(CLAIMS, AT, MINUTE);
    const [head = "", body = "", signature = ""] = token.split(".");
    const other = Buffer.from(JSON.stringify({ ...PAYLOAD, sub: CLAIMS.session })).toString("base64url");
    for (const text of [
      "",
      ".",
      "..",
      "a.b.c",
      `${head}.${other}.${signature}`,
      `${head}.${body}`,
      `${token}x`,
    ])
      expect(await verdict(text), text).to.deep.equal(INVALID);
  });

  it("need a key of 32 bytes", () => {
    expect(() => new JwtSigner("x".repeat(31))).to.throw(RangeError, "must have at least 32 bytes");
    expect(() => new JwtSigner("é".repeat(16))).to.not.throw();
  });
});
