/** Values of which one is in force at each place of the log. */
export class History<T> {
  private readonly values: { readonly place: number; readonly value: T }[];

  constructor(first: T) {
    this.values = [{ place: 0, value: first }];
  }

  /** `place`: how many events stood in the log before it. */
  push(place: number, value: T): void {
    this.values.push({ place, value });
  }

  get now(): T {
    const last = this.values.at(-1);
    if (last === undefined) throw new RangeError("a history of nothing");
    return last.value;
  }

  /** What was in force for somebody who looked when the log was so long, and all that has come into force since. */
  since(looked: number): readonly T[] {
    const current = this.values.findLastIndex(({ place }) => place < looked);
    return this.values.slice(Math.max(0, current)).map(({ value }) => value);
  }
}
