/** What the engine needs of PostgreSQL: statements in one transaction, on one connection. */
export interface Session {
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly unknown[]; readonly rowCount: number | null }>;
}

export type Bytes = AsyncIterable<Uint8Array>;

/** A session that also moves whole tables. */
export interface CopySession extends Session {
  /** What `COPY ... TO STDOUT` gives, in chunks of any size. */
  copyTo(text: string): Bytes;
  /** Resolves when the server has taken all that `COPY ... FROM STDIN` is given. */
  copyFrom(text: string, bytes: Bytes): Promise<void>;
}

/** Runs `work` in a transaction: committed when it resolves, rolled back when it throws. */
export type Transact<S extends Session = Session> = <T>(work: (session: S) => Promise<T>) => Promise<T>;
