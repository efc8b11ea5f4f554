import { type World } from "../support/world/world.js";
import { Watch } from "./checks.js";
import { LeaseTable } from "./lease-table.js";
import { Replica } from "./replica.js";
import { type Stage } from "./stage.js";

/** Another installation on the same wallet: its log, lease and witness are its own. */
export class SecondInstallation {
  readonly world: World;
  readonly replica: Replica;
  private readonly watch: Watch;

  constructor(first: World, stage: Stage, onFailure: (error: unknown) => void) {
    this.world = first.beside();
    this.watch = new Watch(this.world);
    const leases = new LeaseTable(() => this.world.clock.now().getTime());
    this.replica = new Replica("another installation", this.world, stage, leases, onFailure);
  }

  /** Somebody sets it up as if it were the only one. */
  async begin(): Promise<void> {
    await this.world.setUp();
    this.replica.start();
  }

  /** `since`: how long its log was when whoever has acted now looked last. */
  check(since: number): void {
    this.watch.check(since);
  }
}
