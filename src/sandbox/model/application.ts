import { type Content } from "../../application/ports/chain.js";
import { type Address, type TzAddress } from "../../domain/identifiers.js";
import * as errors from "./errors.js";
import { Draft, type State } from "./ledger.js";
import { MILLIGAS, type Rules } from "./rules.js";
import { total } from "./validation.js";
import { type Account, type ChainError, type ContentResult } from "./types.js";

type Errors = readonly ChainError[];
type Transaction = Extract<Content, { kind: "transaction" }>;

/** Why a content did not go through. `burn`: it was applied, and its storage could not be burnt. */
class Failed {
  constructor(
    readonly errors: Errors,
    readonly burn?: Used,
  ) {}
}
interface Used {
  readonly milligas: bigint;
  readonly paidStorage: bigint;
  readonly allocated: boolean;
}

export const isContract = (address: Address): boolean => address.startsWith("KT1");

/** An implicit account as it is when first credited: its counter is the chain's. */
export const allocate = (globalCounter: bigint, balance: bigint): Account => ({
  balance,
  counter: globalCounter,
  publicKey: undefined,
  delegate: undefined,
  script: undefined,
});

/**
 * Puts a valid operation into the state: takes counters and fees, then applies the contents together or not at
 * all (Octez `apply.ml`). The first that fails ends it: those before are backtracked, those after skipped. One
 * whose storage cannot be burnt is itself backtracked, and carries the errors.
 */
export const applyOperation = (
  draft: Draft,
  contents: readonly Content[],
  rules: Rules,
  baker: TzAddress,
): readonly ContentResult[] => {
  takeFees(draft, contents, baker);
  const effects = new Draft(draft);
  const results: ContentResult[] = [];
  for (const [index, content] of contents.entries()) {
    const outcome = applyContent(effects, content, index === 0, rules);
    if (outcome instanceof Failed) return failedResults(contents.length, results, outcome);
    results.push({ status: "applied", ...outcome, errors: [] });
  }
  draft.merge(effects);
  return results;
};

const NOTHING_USED: Used = { milligas: 0n, paidStorage: 0n, allocated: false };
const failedResults = (count: number, before: readonly ContentResult[], failed: Failed): ContentResult[] => {
  const backtracked = before.map((result): ContentResult => ({ ...result, status: "backtracked" }));
  const culprit: ContentResult =
    failed.burn === undefined
      ? { status: "failed", ...NOTHING_USED, errors: failed.errors }
      : { status: "backtracked", ...failed.burn, errors: failed.errors };
  const after = Array.from({ length: count - before.length - 1 }, (): ContentResult => ({
    status: "skipped",
    ...NOTHING_USED,
    errors: [],
  }));
  return [...backtracked, culprit, ...after];
};

const takeFees = (draft: Draft, contents: readonly Content[], baker: TzAddress): void => {
  const [first] = contents;
  const account = first && draft.account(first.source);
  if (first === undefined || account === undefined) throw new Error("an operation that was not validated");
  const consumed = BigInt(contents.length);
  const fees = total(contents, (content) => content.fee);
  draft.set(first.source, {
    ...account,
    counter: account.counter + consumed,
    balance: account.balance - fees,
  });
  draft.globalCounter += consumed;
  removeIfEmpty(draft, first.source);
  credit(draft, baker, fees);
};

const applyContent = (draft: Draft, content: Content, first: boolean, rules: Rules): Used | Failed => {
  const source = draft.account(content.source);
  if (source === undefined) return new Failed([errors.emptyImplicitContract(content.source)]);
  const milligas = MILLIGAS[content.kind][first ? "first" : "other"];
  if (milligas > content.gasLimit * 1000n) return new Failed([errors.operationGasExhausted]);
  switch (content.kind) {
    case "transaction":
      return transfer(draft, content, milligas, rules);
    case "reveal":
      if (source.publicKey !== undefined) return new Failed([errors.previouslyRevealedKey(content.source)]);
      draft.set(content.source, { ...source, publicKey: content.publicKey });
      return { ...NOTHING_USED, milligas };
    case "delegation": {
      const to = content.delegate;
      if (to !== undefined && draft.account(to)?.delegate !== to) {
        return new Failed([errors.unregisteredDelegate(to)]);
      }
      draft.set(content.source, { ...source, delegate: to });
      return { ...NOTHING_USED, milligas };
    }
  }
};

const transfer = (draft: Draft, content: Transaction, milligas: bigint, rules: Rules): Used | Failed => {
  const { source, destination, amount } = content;
  const receiver = draft.account(destination);
  if (isContract(destination) && receiver === undefined) {
    return new Failed([errors.nonExistingContract(destination)]);
  }
  if (!isContract(destination) && amount === 0n) return new Failed([errors.emptyTransaction(destination)]);
  const unpaid = spend(draft, source, amount);
  if (unpaid.length > 0) return new Failed(unpaid);
  credit(draft, destination, amount);
  removeIfEmpty(draft, source);
  const run = receiver?.script
    ? runScript(destination, receiver.script, milligas)
    : { milligas, storage: 0n };
  if (run instanceof Failed) return run;
  if (run.milligas > content.gasLimit * 1000n) return new Failed([errors.operationGasExhausted]);
  const used: Used = { milligas: run.milligas, paidStorage: run.storage, allocated: receiver === undefined };
  const unburnt = burn(draft, content, used, rules);
  return unburnt.length > 0 ? new Failed(unburnt, used) : used;
};

type Script = NonNullable<Account["script"]>;
const runScript = (contract: Address, script: Script, transferGas: bigint) => {
  switch (script.kind) {
    case "accepts":
      return { milligas: transferGas + script.milligas, storage: script.storageBytes };
    case "refuses":
      return new Failed(errors.scriptRejected(contract));
    case "burns-gas":
      return new Failed([errors.operationGasExhausted]);
    case "bad-parameter":
      return new Failed([errors.badContractParameter(contract)]);
    case "no-default-entrypoint":
      return new Failed([errors.noSuchEntrypoint]);
  }
};

/** Storage paid for by the source: first what a script wrote, then the account that was allocated. */
const burn = (draft: Draft, content: Transaction, used: Used, { constants }: Rules): Errors => {
  let left = content.storageLimit;
  for (const bytes of [used.paidStorage, used.allocated ? constants.originationSize : 0n]) {
    left -= bytes;
    if (left < 0n) return [errors.storageExhausted];
    if (bytes === 0n) continue;
    if (draft.account(content.source) === undefined) {
      return [errors.cannotPayStorageFee, errors.emptyImplicitContract(content.source)];
    }
    const unpaid = spend(draft, content.source, bytes * constants.costPerByte);
    if (unpaid.length > 0) return [errors.cannotPayStorageFee, ...unpaid];
    removeIfEmpty(draft, content.source);
  }
  return [];
};

/** Takes an amount off an account, which then may hold nothing; one that delegates may not be emptied. */
const spend = (draft: Draft, source: TzAddress, amount: bigint): Errors => {
  const account = draft.account(source);
  const balance = account?.balance ?? 0n;
  if (account === undefined || amount > balance) return errors.balanceTooLow(source, balance, amount);
  if (balance === amount && account.delegate !== undefined && account.delegate !== source) {
    return [errors.emptyImplicitDelegatedContract(source)];
  }
  draft.set(source, { ...account, balance: balance - amount });
  return [];
};

/** Adds to an account, which is allocated if it is not there. */
export const credit = (draft: Draft, address: Address, amount: bigint): void => {
  const account = draft.account(address) ?? allocate(draft.globalCounter, 0n);
  draft.set(address, { ...account, balance: account.balance + amount });
};

/** An implicit account with nothing left is deallocated, its key and counter forgotten; delegates stay. */
const removeIfEmpty = (draft: Draft & State, address: Address): void => {
  const account = draft.account(address);
  if (account?.balance === 0n && account.delegate === undefined && !isContract(address)) {
    draft.set(address, undefined);
  }
};
