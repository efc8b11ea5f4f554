// A log that was signed at each settled cycle, as the payer and whoever signs beside it leave it.
import { type EventStore, type RecordedEvent } from "../../../src/application/ports/event-store.js";
import { Checkpointer, type CheckpointerPorts } from "../../../src/application/process/checkpointer.js";
import { Repository } from "../../../src/application/repository.js";
import { type ChainId } from "../../../src/domain/identifiers.js";
import { originOf } from "../../../src/domain/proof/checkpoint.js";
import { type SigningKey, signingKey } from "../../../src/domain/proof/note.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { BAKER } from "../chain-model.js";
import { isSettled, METADATA } from "../world/installation.js";
import { CYCLES, referenceWorld } from "../world/scenario.js";
import { World, type WorldOptions } from "../world/world.js";

export const auditKey = (chainId: ChainId, seed = 7): SigningKey =>
  signingKey(originOf(chainId, BAKER), Buffer.alloc(32, seed));

/** Checkpoints by how many events they cover. */
export class MemoryFiles {
  readonly written = new Map<number, string>();

  async write(size: number, signedNote: string): Promise<void> {
    this.written.set(size, signedNote);
  }

  /** The one that covers most. */
  newest(): string {
    return this.written.get(Math.max(...this.written.keys())) ?? "";
  }
}

export const checkpointerOn = (
  { chain, clock }: World,
  store: EventStore,
  over: Partial<CheckpointerPorts> = {},
): { readonly checkpointer: Checkpointer; readonly files: MemoryFiles; readonly problems: Error[] } => {
  const files = new MemoryFiles();
  const problems: Error[] = [];
  const ports = {
    baker: BAKER,
    store,
    repository: new Repository(new CodedEventLog(store)),
    key: async () => auditKey(chain.chainId),
    files,
    clock,
    metadata: () => METADATA,
    ...over,
  };
  return { checkpointer: new Checkpointer(ports, (problem) => problems.push(problem)), files, problems };
};

export interface SignedLog {
  readonly world: World;
  readonly key: SigningKey;
  readonly events: readonly RecordedEvent[];
  /** Signed notes by size. */
  readonly notes: ReadonlyMap<number, string>;
}

const MOST_BLOCKS = 260;

/** Two cycles that are paid, each signed when it has settled. */
export const signedLog = async (options: WorldOptions = referenceWorld().options): Promise<SignedLog> => {
  const world = new World(options);
  await world.setUp();
  const payer = world.start();
  const { checkpointer, files } = checkpointerOn(world, world.store);
  for (let blocks = 0; blocks < MOST_BLOCKS; blocks += 1) {
    await payer.process.step();
    await checkpointer.catchUp();
    if (CYCLES.every((cycle) => isSettled(world, cycle)))
      return {
        world,
        key: auditKey(world.chain.chainId),
        events: world.store.snapshot(),
        notes: files.written,
      };
    world.bake();
  }
  throw new Error("not settled");
};
