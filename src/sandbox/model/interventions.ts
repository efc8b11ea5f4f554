import { type Address } from "../../domain/identifiers.js";
import { allocate, credit } from "./application.js";
import { type Changes, type Draft } from "./ledger.js";
import { type Account, type Genesis, type Intervention } from "./types.js";

/** Makes a change of accounts that no operation makes. */
export const intervene = (draft: Draft, intervention: Intervention): void => {
  switch (intervention.kind) {
    case "credit":
      credit(draft, intervention.address, intervention.amount);
      return;
    case "empty":
      draft.set(intervention.address, undefined);
      return;
    case "originate": {
      const { address, balance, script } = intervention;
      draft.set(address, { ...allocate(0n, balance), script });
      return;
    }
    case "script": {
      const { address, script } = intervention;
      draft.set(address, { ...(draft.account(address) ?? allocate(0n, 0n)), script });
      return;
    }
  }
};

/** The accounts that a chain begins with. */
export const genesisAccounts = ({ accounts }: Genesis): Changes => ({
  globalCounter: 0n,
  accounts: new Map(
    accounts.map(({ address, balance, counter = 0n, publicKey, delegate, script }): [Address, Account] => [
      address,
      { ...allocate(counter, balance), publicKey, delegate, script },
    ]),
  ),
});
