import { mkdir } from "node:fs/promises";
import { type CheckpointFiles } from "../../application/process/checkpointer.js";
import { writeDurably } from "../durable-file.js";

/** Name of the newest one; the others are named by how many events they cover. */
const NEWEST = "newest";

/** Signed checkpoints as files of one folder. */
export class CheckpointFolder implements CheckpointFiles {
  constructor(private readonly folder: string) {}

  async write(size: number, signedNote: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const name of [`${size}`, NEWEST]) await writeDurably(this.folder, name, signedNote);
  }
}
