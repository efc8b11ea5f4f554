// Who may use the API, in the database of this installation.
import { type Accounts } from "./application/accounts/users.js";
import { type Get } from "./composition.js";
import { PostgresAccounts } from "./infrastructure/postgres/accounts.js";
import { systemClock } from "./infrastructure/system-clock.js";

/** What accounts are kept and changed with; the hasher is loaded by those who need it. */
export const openAccounts = async (get: Get): Promise<Accounts> => {
  const { Argon2Hasher } = await import("./infrastructure/accounts/argon2.js");
  return { store: new PostgresAccounts(await get("pool")), hasher: new Argon2Hasher(), clock: systemClock };
};
