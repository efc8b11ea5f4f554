// Signs what the log is at each settled cycle, into the log and into a file. Beside the payer, which never waits for it.
import * as Audit from "../../domain/audit/audit.js";
import { MerkleTree } from "../../domain/digest.js";
import { type TzAddress } from "../../domain/identifiers.js";
import { signCheckpoint } from "../../domain/proof/checkpoint.js";
import { leafOf } from "../../domain/proof/leaf.js";
import { type SigningKey } from "../../domain/proof/note.js";
import { auditOf } from "../aggregates.js";
import {
  type EventMetadata,
  type EventStore,
  type Position,
  type RecordedEvent,
  START,
} from "../ports/event-store.js";
import { type Clock } from "../ports/system.js";
import { execute, type Loaded, type Repository } from "../repository.js";

/** Where signed checkpoints are put for people to take elsewhere. */
export interface CheckpointFiles {
  /** Keeps a checkpoint of so many events; the newest one is found under a name of its own too. */
  write(size: number, signedNote: string): Promise<void>;
}

export interface CheckpointerPorts {
  readonly baker: TzAddress;
  readonly store: Pick<EventStore, "read" | "readAll" | "subscribeAll" | "head">;
  readonly repository: Repository;
  readonly key: () => Promise<SigningKey>;
  readonly files: CheckpointFiles;
  readonly clock: Clock;
  readonly metadata: () => EventMetadata;
}

/** Where a tree stands in the log. */
interface Place {
  readonly tree: MerkleTree;
  readonly after: Position;
}

const RETRY_MS = 15_000;

/**
 * Any number of processes may do so at once: a checkpoint ends with the event that it is due after, so that all make the
 * same ones, and each stands in the log once. Nothing is kept between two looks but what the log says.
 */
export class Checkpointer {
  constructor(
    private readonly ports: CheckpointerPorts,
    private readonly report: (problem: Error) => void,
  ) {}

  /** Runs until the signal is aborted. Whatever fails is reported and tried again: nothing of it stops anybody else. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.follow(signal);
      } catch (error) {
        // A log that was put back is read anew.
        this.ports.repository.forget(auditOf(this.ports.baker).stream);
        this.report(error instanceof Error ? error : new Error(String(error)));
        await this.ports.clock.sleep(RETRY_MS, signal);
      }
    }
  }

  /** Makes the checkpoints that are due and not made. Safe to be interrupted anywhere. */
  async catchUp(): Promise<void> {
    const { store, files } = this.ports;
    const { tree, after } = await this.begin();
    for await (const event of store.readAll({ after })) {
      tree.addLeaf(leafOf(event));
      if (Audit.isDueAfter(event.type)) await this.make(tree, event);
    }
    // Whoever made it: this machine has its own copy, also when the process died before it was written.
    const { newest } = (await this.audit()).state;
    if (newest !== undefined) await files.write(newest.size, newest.signedNote);
  }

  private audit(): Promise<Loaded<Audit.State>> {
    return this.ports.repository.load(auditOf(this.ports.baker));
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { store, key } = this.ports;
    await key();
    const after = await store.head();
    await this.catchUp();
    for await (const message of store.subscribeAll({ after, signal })) {
      if (message.kind === "event" && Audit.isDueAfter(message.event.type)) await this.catchUp();
    }
  }

  /** Behind the newest checkpoint. */
  private async begin(): Promise<Place> {
    const { newest } = (await this.audit()).state;
    if (newest === undefined) return { tree: new MerkleTree(), after: START };
    const tree = MerkleTree.resume(newest.size, newest.peaks);
    const { stream, revision } = newest.last;
    if (tree.root() === newest.root)
      for await (const { position } of this.ports.store.read(stream, { from: revision, limit: 1 }))
        return { tree, after: position };
    throw new Error(
      `the log's checkpoint of ${newest.size} events does not fit the log: no checkpoint is made behind it. ` +
        `Run "npx --no-install taps audit verify"`,
    );
  }

  /** Signs and appends; another process may have done so, or do so now. */
  private async make(tree: MerkleTree, { stream, revision }: RecordedEvent): Promise<void> {
    const { repository, baker, key, metadata } = this.ports;
    const covered = { size: tree.count, root: tree.root() };
    const signedNote = signCheckpoint(covered, await key());
    const made = { ...covered, peaks: tree.peaks, last: { stream, revision }, signedNote };
    const outcome = await execute(repository, auditOf(baker), Audit.checkpoint(made), metadata());
    if (!outcome.done) throw new Error(outcome.refused.refused);
  }
}
