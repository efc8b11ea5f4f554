// What all logs of a run together say: of this installation, of another one, and those that were put back.
import { type OperationHash } from "../../src/domain/identifiers.js";
import { type Claim } from "../../src/application/commands/classify.js";
import { type Claims } from "../support/world/restores/person.js";
import { claimsIn } from "../support/world/restores/story.js";
import { type World } from "../support/world/world.js";

export class Logs {
  private readonly lost = new Map<OperationHash, readonly Claim[]>();

  constructor(private readonly worlds: () => readonly World[]) {}

  /** Remembers what a log says that is to be put back. */
  remember(world: World): void {
    for (const [hash, claims] of claimsIn(world)) this.lost.set(hash, claims);
  }

  /** What each operation that TAPS signed was to pay, whatever log knows it. */
  claims(): Claims {
    return new Map([...this.lost, ...this.worlds().flatMap((world) => [...claimsIn(world)])]);
  }

  /** No obligation is paid by two operations, whatever logs they stand in (I2). */
  checkOnce({ model }: World): void {
    const claims = this.claims();
    const paid = new Map<string, OperationHash>();
    for (let level: number = model.head.level; level > 0; level -= 1)
      for (const { operation, results } of model.block(level)?.operations ?? [])
        for (const { content, payment, obligation } of claims.get(operation.hash) ?? []) {
          if (results[content]?.status !== "applied") continue;
          const name = `${payment} ${obligation}`;
          const other = paid.get(name);
          if (other) throw new Error(`${name} is paid by ${operation.hash} and by ${other}`);
          paid.set(name, operation.hash);
        }
  }
}
