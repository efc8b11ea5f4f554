import { type Lease } from "../../src/application/ports/system.js";
import { type Actor } from "./stage.js";

const LASTS_MS = 10_000;

/** The lease as the database keeps it, by the database's clock; it can be taken away, and restored. */
export class LeaseTable {
  private holder: Actor | undefined;
  private until = 0;
  private token = 0n;

  constructor(private readonly now: () => number) {}

  of(actor: Actor): Lease {
    return {
      hold: async () => {
        const isHeld = this.holder !== undefined && this.until > this.now();
        if (isHeld && this.holder !== actor) return undefined;
        if (!isHeld) this.token += 1n;
        this.holder = actor;
        this.until = this.now() + LASTS_MS;
        return { token: this.token };
      },
      release: async () => {
        if (this.holder === actor) this.holder = undefined;
      },
    };
  }

  /** Whoever asks next has it, its holder still believing that it does. */
  steal(): void {
    this.holder = undefined;
  }

  /** The table of an earlier day: tokens that were given before are given again. */
  restore(): void {
    this.holder = undefined;
    this.token = this.token > 2n ? this.token - 2n : 0n;
  }
}
