import { randomBytes } from "node:crypto";
import { hash, parseOptions, verify } from "@node-rs/argon2";
import { type PasswordHasher } from "../../application/ports/accounts.js";

export interface Argon2Parameters {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly lanes: number;
}

/** OWASP, Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes, 1 lane. */
export const OWASP: Argon2Parameters = { memoryKiB: 19_456, passes: 2, lanes: 1 };

/** Of the package's `Algorithm`, which is an enum that exists in its types alone. */
const ARGON2ID = 2;
const DECOY_BYTES = 32;

/** One text however it was typed: NIST SP 800-63B, 5.1.1.2. */
const normal = (password: string): string => password.normalize("NFKC");

/** Passwords as argon2id, off the main thread. */
export class Argon2Hasher implements PasswordHasher {
  private unknown: Promise<string> | undefined;

  constructor(private readonly parameters: Argon2Parameters = OWASP) {}

  hash(password: string): Promise<string> {
    const { memoryKiB: memoryCost, passes: timeCost, lanes: parallelism } = this.parameters;
    return hash(normal(password), { algorithm: ARGON2ID, memoryCost, timeCost, parallelism });
  }

  verify(hashed: string, password: string): Promise<boolean> {
    return verify(hashed, normal(password));
  }

  decoy(): Promise<string> {
    return (this.unknown ??= this.hash(randomBytes(DECOY_BYTES).toString("hex")));
  }

  isOutdated(hashed: string): boolean {
    const { memoryCost, timeCost, parallelism } = parseOptions(hashed);
    const { memoryKiB, passes, lanes } = this.parameters;
    return memoryCost < memoryKiB || timeCost < passes || parallelism < lanes;
  }
}
