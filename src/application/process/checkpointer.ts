// Signs what the log is at each settled cycle, into the log and into a file. Beside the payer, which never waits for it.
import * as Audit from "../../domain/audit/audit.js";
import { isRefused } from "../../domain/decision.js";
import { MerkleTree } from "../../domain/digest.js";
import { type StreamName, type TzAddress } from "../../domain/identifiers.js";
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
import { type Repository } from "../repository.js";

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
        this.report(error instanceof Error ? error : new Error(String(error)));
        await this.ports.clock.sleep(RETRY_MS, signal);
      }
    }
  }

  /** Makes the checkpoints that are due and not made. Safe to be interrupted anywhere. */
  async catchUp(): Promise<void> {
    const { store } = this.ports;
    const { tree, after } = await this.begin();
    for await (const event of store.readAll({ after })) {
      tree.addLeaf(leafOf(event));
      if (Audit.isDueAfter(event.type)) await this.make(tree, event);
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const { store } = this.ports;
    const after = await store.head();
    await this.catchUp();
    for await (const message of store.subscribeAll({ after, signal })) {
      if (message.kind === "event" && Audit.isDueAfter(message.event.type)) await this.catchUp();
    }
  }

  /** Behind the newest checkpoint, or at the beginning if the log does not hold what it ends with. */
  private async begin(): Promise<Place> {
    const { repository, store, baker } = this.ports;
    const { newest } = (await repository.load(auditOf(baker))).state;
    if (newest === undefined) return { tree: new MerkleTree(), after: START };
    const tree = MerkleTree.resume(newest.size, newest.peaks);
    if (tree.root() !== newest.root) throw new Error(damaged(newest.size));
    const { stream, revision } = newest.last;
    for await (const { position } of store.read(stream as StreamName, { from: revision, limit: 1 }))
      return { tree, after: position };
    throw new Error(damaged(newest.size));
  }

  /** Signs and appends; another process may have done so, or do so now. */
  private async make(tree: MerkleTree, last: RecordedEvent): Promise<void> {
    const { repository, baker, key, files, metadata } = this.ports;
    const covered = { size: tree.count, root: tree.root() };
    const signedNote = signCheckpoint(covered, await key());
    const { stream, revision } = last;
    const made = { ...covered, peaks: tree.peaks, last: { stream, revision }, signedNote };
    for (;;) {
      const audit = await repository.load(auditOf(baker));
      const decision = Audit.checkpoint(made)(audit.state);
      if (isRefused(decision)) return;
      const isThere =
        decision.length === 0 ||
        (await repository.append(auditOf(baker).stream, audit.revision, decision, metadata())).appended;
      if (isThere) return files.write(covered.size, signedNote);
    }
  }
}

const damaged = (size: number): string =>
  `the log's checkpoint of ${size} events does not fit the log: no checkpoint is made behind it. Run "taps audit verify"`;
