import { type Address, type Cycle } from "../../../src/domain/identifiers.js";

export interface Delegation {
  readonly address: Address;
  readonly balance: bigint;
}

const total = (list: readonly Delegation[]): bigint => list.reduce((sum, { balance }) => sum + balance, 0n);

/** What a reward source shows of a baker, as it is today and as it was before each revision; every list closes. */
export class RewardLists {
  private readonly revisions: (readonly Delegation[])[];

  constructor(
    list: readonly Delegation[],
    /** Rows of a page. */
    private readonly pageRows = Infinity,
  ) {
    this.revisions = [list];
  }

  get newest(): readonly Delegation[] {
    return this.revisions.at(-1) ?? [];
  }

  /** From now on the source shows another list. */
  revise(change: (list: readonly Delegation[]) => readonly Delegation[]): void {
    this.revisions.push(change(this.newest));
  }

  /** A cycle's pages by a list; 1 mutez more is shared in each cycle than in the one before. */
  pages(cycle: Cycle, list: readonly Delegation[] = this.newest): readonly string[] {
    const head = {
      cycle,
      ownDelegatedBalance: 5_000_000_000,
      externalDelegatedBalance: Number(total(list)),
      ownStakedBalance: 50_000_000_000,
      delegatorsCount: list.length,
      futureBlocks: 0,
      blockRewardsDelegated: 12_345_678 + cycle,
      attestationRewardsDelegated: 9_876_543,
      dalAttestationRewardsDelegated: 1_111_111,
      blockFees: 54_321,
      nonceRevelationRewardsDelegated: 0,
      vdfRevelationRewardsDelegated: 0,
    };
    const rows = list.map(({ address, balance }) => ({
      address,
      delegatedBalance: Number(balance),
      emptied: false,
    }));
    const pageRows = Math.min(this.pageRows, Math.max(rows.length, 1));
    return Array.from({ length: Math.max(1, Math.ceil(rows.length / pageRows)) }, (_, page) =>
      JSON.stringify({ ...head, delegators: rows.slice(page * pageRows, (page + 1) * pageRows) }),
    );
  }

  /**
   * The list that these pages show, if each is one of the source's and together they close. Pages from before and
   * from after a revision that moved no sum cannot be told from those of one list.
   */
  listOf(cycle: Cycle, pages: readonly string[]): readonly Delegation[] | undefined {
    const shown = pages.map((text, page) =>
      this.revisions.find((list) => this.pages(cycle, list)[page] === text),
    );
    const rows = shown.flatMap(
      (list, page) => list?.slice(page * this.pageRows, (page + 1) * this.pageRows) ?? [],
    );
    const closes = (list: readonly Delegation[] | undefined) =>
      list !== undefined && list.length === rows.length && total(list) === total(rows);
    const isEachOnce = new Set(rows.map(({ address }) => address)).size === rows.length;
    return shown.every(closes) && isEachOnce ? rows : undefined;
  }
}
