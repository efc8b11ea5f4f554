import { toError } from "./answers.js";

/** A stream of the client: a `Readable` with the type of what it reads. */
export interface Source<T> {
  read(): T | null;
  on(event: "readable" | "end" | "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/**
 * What a stream of the client gives, taken one by one. It listens for errors from its making on and for good: the
 * client reports them without destroying the stream, more than once, and one that nobody hears ends the process.
 */
export class Inbox<T> {
  private failure: Error | undefined;
  private over = false;
  private wakeUp: () => void = () => undefined;

  constructor(
    private readonly source: Source<T>,
    private readonly operation: string,
  ) {
    source.on("error", (error) => {
      this.failure ??= error;
      this.wake();
    });
    for (const event of ["end", "close"] as const)
      source.on(event, () => {
        this.over = true;
        this.wake();
      });
    source.on("readable", () => this.wake());
  }

  /** The next item, `null` if there is none yet, undefined at the end. Throws what the stream failed with. */
  take(): T | null | undefined {
    if (this.failure !== undefined) throw toError(this.operation, this.failure);
    return this.source.read() ?? (this.over ? undefined : null);
  }

  /** Waits until there may be something to take, or somebody wakes it; whether that was within `ms`. */
  async wait(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }

  wake(): void {
    this.wakeUp();
  }

  /** Throws away what there is and what still comes: the client never forgets a stream that is not read to its end. */
  discard(): void {
    this.wakeUp = () => {
      while (this.source.read() !== null);
    };
    this.wake();
  }
}
