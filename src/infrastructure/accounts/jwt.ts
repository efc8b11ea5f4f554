import { errors, jwtVerify, SignJWT } from "jose";
import { z } from "zod";
import { type AccessClaims, type TokenSigner } from "../../application/ports/accounts.js";

/** RFC 7518, 3.2: a key at least as long as the digest. */
const SHORTEST_KEY_BYTES = 32;
const LONGEST_LIFE_S = 600;
const ALGORITHM = "HS256";
const ISSUER = "taps";
const AUDIENCE = "taps-api";
/** RFC 9068: so that no other kind of token under this key passes for one. */
const TYPE = "at+jwt";

const Payload = z.object({ sub: z.uuid(), sid: z.uuid(), iat: z.int(), exp: z.int() });

/** Whole seconds, as JWTs have them; an end is never later than was asked. */
const seconds = (time: number): number => Math.floor(time / 1_000);

/** Access tokens as JWTs under a secret that all processes share. */
export class JwtSigner implements TokenSigner {
  private readonly key: Uint8Array;

  /** Throws RangeError if the secret is shorter than 32 bytes. */
  constructor(secret: string) {
    this.key = new TextEncoder().encode(secret);
    if (this.key.length < SHORTEST_KEY_BYTES)
      throw new RangeError(`the key of access tokens must have at least ${SHORTEST_KEY_BYTES} bytes`);
  }

  sign({ account, session }: AccessClaims, at: Date, lifetimeMs: number): Promise<string> {
    return new SignJWT({ sid: session })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(account)
      .setIssuedAt(seconds(at.getTime()))
      .setExpirationTime(seconds(at.getTime() + lifetimeMs))
      .sign(this.key);
  }

  async verify(token: string, at: Date): Promise<AccessClaims | { readonly refused: "invalid" | "expired" }> {
    const checks = {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: TYPE,
      currentDate: at,
    };
    try {
      const { sub, sid, iat, exp } = Payload.parse((await jwtVerify(token, this.key, checks)).payload);
      return exp - iat > LONGEST_LIFE_S ? { refused: "invalid" } : { account: sub, session: sid };
    } catch (error) {
      if (error instanceof errors.JWTExpired) return { refused: "expired" };
      if (error instanceof errors.JOSEError || error instanceof z.ZodError) return { refused: "invalid" };
      throw error;
    }
  }
}
