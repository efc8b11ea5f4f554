import { type Witness, type WitnessRecord } from "../../../src/application/ports/system.js";

/** A record, and how long the log was when it was written. */
export interface Witnessed {
  readonly record: WitnessRecord;
  readonly events: number;
}

/** A witness in a table and a file, which say the same until one of them is put back. */
export class MemoryWitness implements Witness {
  private written: Witnessed[] = [];

  constructor(
    private readonly events: () => number,
    private found: readonly WitnessRecord[] = [],
  ) {}

  async write(record: WitnessRecord): Promise<void> {
    this.found = [record];
    this.written.push({ record, events: this.events() });
  }

  async read(): Promise<readonly WitnessRecord[]> {
    return this.found;
  }

  /** What can be read now. */
  records(): readonly WitnessRecord[] {
    return this.found;
  }

  /** All that was written. */
  history(): readonly Witnessed[] {
    return [...this.written];
  }

  /** The table is what it was when the log was so long; the file, if it is kept, as it is. */
  restore(events: number, file: boolean): void {
    this.written = this.written.filter((written) => written.events <= events);
    const table = this.written.slice(-1).map(({ record }) => record);
    this.found = [...table, ...(file ? this.found : [])];
  }
}
