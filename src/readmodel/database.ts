/** What the engine needs of PostgreSQL: statements in one transaction, on one connection. */
export interface Session {
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly unknown[]; readonly rowCount: number | null }>;
}

/** Runs `work` in a transaction: committed when it resolves, rolled back when it throws. */
export type Transact = <T>(work: (session: Session) => Promise<T>) => Promise<T>;
