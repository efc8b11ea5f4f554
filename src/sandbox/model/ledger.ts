import { type Address } from "../../domain/identifiers.js";
import { type Account } from "./types.js";

/** Accounts as they stand at one place: at a block, or halfway through one. */
export interface State {
  account(address: Address): Account | undefined;
  /** Counter of accounts that are allocated next: the number of contents that were ever included. */
  readonly globalCounter: bigint;
}

/** Accounts that a block gives another value (undefined: the account is gone), and the counter after it. */
export interface Changes {
  readonly accounts: ReadonlyMap<Address, Account | undefined>;
  readonly globalCounter: bigint;
}

/** Changes under way over a state that stays as it is. */
export class Draft implements State {
  readonly accounts = new Map<Address, Account | undefined>();
  globalCounter: bigint;

  constructor(private readonly base: State) {
    this.globalCounter = base.globalCounter;
  }

  account(address: Address): Account | undefined {
    return this.accounts.has(address) ? this.accounts.get(address) : this.base.account(address);
  }

  set(address: Address, account: Account | undefined): void {
    this.accounts.set(address, account);
  }

  /** Takes over what another draft over this one has changed. */
  merge(changes: Changes): void {
    for (const [address, account] of changes.accounts) this.accounts.set(address, account);
    this.globalCounter = changes.globalCounter;
  }
}

/** The accounts at the head, moved forwards and back by changes. */
export class Ledger implements State {
  private readonly accounts = new Map<Address, Account>();
  globalCounter = 0n;

  account(address: Address): Account | undefined {
    return this.accounts.get(address);
  }

  /** Makes the changes; answers those that undo them. */
  apply(changes: Changes): Changes {
    const before = new Map<Address, Account | undefined>();
    const undo: Changes = { accounts: before, globalCounter: this.globalCounter };
    for (const [address, account] of changes.accounts) {
      before.set(address, this.accounts.get(address));
      if (account === undefined) this.accounts.delete(address);
      else this.accounts.set(address, account);
    }
    this.globalCounter = changes.globalCounter;
    return undo;
  }

  /** Sum of all balances, in mutez. */
  total(): bigint {
    let total = 0n;
    for (const account of this.accounts.values()) total += account.balance;
    return total;
  }
}
