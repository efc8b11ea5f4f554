import { type Content } from "../../application/ports/chain.js";
import * as errors from "./errors.js";
import { type State } from "./ledger.js";
import { MANAGER_GAS, type Rules } from "./rules.js";
import { type Account, type ChainError, type Hashes } from "./types.js";

type Errors = readonly ChainError[];
const NONE: Errors = [];

/** Sum over an operation's contents. */
export const total = (contents: readonly Content[], amount: (content: Content) => bigint): bigint =>
  contents.reduce((sum, content) => sum + amount(content), 0n);

/**
 * Whether an operation may be put into a block after `state`, in the order of Octez `validate.ml`: shape of the
 * batch, limits, source, counter, key, fees. Signature, branch, fee rates and conflicts are not looked at here.
 * Empty: it is valid, and then its fees can be taken whatever becomes of its contents.
 */
export const validate = (
  contents: readonly Content[],
  state: State,
  rules: Rules,
  hashes: Hashes,
): Errors => {
  const [first] = contents;
  if (first === undefined) return [errors.failure("an operation without contents")];
  const shape = batchErrors(contents, first);
  if (shape.length > 0) return shape;
  const limits = limitErrors(contents, rules);
  if (limits.length > 0) return limits;
  const account = state.account(first.source);
  if (account === undefined) return [errors.emptyImplicitContract(first.source)];
  const expected = account.counter + 1n;
  if (first.counter < expected) return [errors.counterInThePast(first.source, expected, first.counter)];
  if (first.counter > expected) return [errors.counterInTheFuture(first.source, expected, first.counter)];
  const key = keyErrors(first, account, hashes);
  return key.length > 0 ? key : feeErrors(contents, first, account);
};

const batchErrors = (contents: readonly Content[], first: Content): Errors => {
  for (const [index, content] of contents.entries()) {
    if (content.source !== first.source) return [errors.inconsistentSources];
    if (content.kind === "reveal" && index > 0) return [errors.incorrectRevealPosition];
    if (content.counter !== first.counter + BigInt(index)) return [errors.inconsistentCounters];
  }
  return NONE;
};

const limitErrors = (contents: readonly Content[], { constants }: Rules): Errors => {
  for (const { gasLimit, storageLimit } of contents) {
    if (gasLimit > constants.hardGasLimitPerOperation) return [errors.gasLimitTooHigh];
    if (storageLimit > constants.hardStorageLimitPerOperation) return [errors.storageLimitTooHigh];
    if (gasLimit < MANAGER_GAS) return [errors.insufficientGasForManager];
  }
  const gas = total(contents, (content) => content.gasLimit);
  return gas > constants.hardGasLimitPerBlock ? [errors.blockGasExhausted] : NONE;
};

const keyErrors = (first: Content, account: Account, hashes: Hashes): Errors => {
  if (first.kind === "reveal") {
    const matches = hashes.publicKey(first.publicKey) === first.source;
    return matches ? NONE : [errors.inconsistentHash(first.publicKey, first.source)];
  }
  return account.publicKey === undefined ? [errors.unrevealedKey(first.source)] : NONE;
};

/** Spends the fees one by one: the account must pay each, and still exist when the next is taken. */
const feeErrors = (contents: readonly Content[], first: Content, account: Account): Errors => {
  let balance = account.balance;
  for (const [index, { fee }] of contents.entries()) {
    if (fee > balance) return errors.balanceTooLow(first.source, balance, fee);
    balance -= fee;
    if (balance > 0n || account.delegate === first.source) continue;
    if (account.delegate !== undefined) return [errors.emptyImplicitDelegatedContract(first.source)];
    if (index < contents.length - 1) return [errors.emptyImplicitContract(first.source)];
  }
  return NONE;
};
