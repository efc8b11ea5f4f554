import { type Address, type Cycle, type Digest } from "../../domain/identifiers.js";
import * as Baker from "../../domain/baker/baker.js";
import { isRefused, refuse } from "../../domain/decision.js";
import * as Ledger from "../../domain/ledger/ledger.js";
import { type Mutez, mutez, sumOf, ZERO } from "../../domain/money.js";
import { bakerOf, ledgerOf } from "../aggregates.js";
import { type ReadPayoutRecords, type RecordsOptions, UnreadableRecords } from "../ports/payout-records.js";
import { act, ActRefused, type Acts, refuseAct } from "./acts.js";
import { ensureRegistered, runningCycle } from "./registration.js";

export interface Adjustment {
  readonly delegator: Address;
  readonly amount: Mutez;
  readonly reason: Ledger.AdjustmentReason;
  readonly reference: string;
  /** Slashing and corrections may leave less than nothing. */
  readonly allowNegative: boolean;
}

/** Adds to what a delegator is owed, or takes off, from the next plan on. Answers what stands in the ledger then. */
export const adjustBalance = async (acts: Acts, adjustment: Adjustment): Promise<Mutez> => {
  const { baker, repository, actor } = acts;
  if (adjustment.delegator === baker) refuseAct("baker-is-no-delegator");
  await ensureRegistered(acts);
  await act(acts, ledgerOf(baker), Ledger.adjust({ ...adjustment, actor }));
  return (await repository.load(ledgerOf(baker))).state.balances.get(adjustment.delegator) ?? ZERO;
};

/** What a file of payout records says that is owed. Amounts in mutez. */
export interface Opening {
  readonly file: Digest;
  readonly format: Ledger.RecordFormat;
  /** Whose payouts left something owing, where the records say so; in order. */
  readonly cycles: readonly Cycle[];
  /** Rows of the file. */
  readonly owed: number;
  readonly paid: number;
  readonly passedOver: number;
  /** One row a delegator, none of 0. */
  readonly balances: readonly Ledger.CarriedRow[];
  readonly sum: Mutez;
  /** Of the owed rows: those that may have been paid after all. */
  readonly doubtful: readonly {
    readonly line: number;
    readonly delegator: Address;
    readonly amount: Mutez;
    readonly why: string;
  }[];
}

/** Reads a file whole, and writes nothing. Throws `UnreadableRecords`, naming every bad row. */
export const readOpening = async (
  read: ReadPayoutRecords,
  path: string,
  options: RecordsOptions,
): Promise<Opening> => {
  const owed = new Map<Address, Mutez>();
  const cycles = new Set<Cycle>();
  const lines = new Map<string, number>();
  const rows = { owed: 0, paid: 0, nothing: 0 };
  const doubtful: Opening["doubtful"][number][] = [];
  const problems: string[] = [];
  const { format, digest } = await read(path, options, (row, line) => {
    if (row.says === "bad") return void problems.push(`line ${line}: ${row.problem}`);
    rows[row.says] += 1;
    if (row.says === "nothing") return;
    const { delegator, cycle } = row;
    const key = `${cycle} ${delegator}`;
    const earlier = lines.get(key);
    if (earlier !== undefined)
      return void problems.push(`line ${line}: ${delegator} stands on line ${earlier} already`);
    lines.set(key, line);
    if (row.says === "paid") return;
    const { amount, doubt } = row;
    if (cycle !== null) cycles.add(cycle);
    owed.set(delegator, mutez((owed.get(delegator) ?? ZERO) + amount));
    if (doubt !== "") doubtful.push({ line, delegator, amount, why: doubt });
  });
  if (problems.length > 0)
    throw new UnreadableRecords(`nothing is imported from ${path}:\n${problems.join("\n")}`);
  const balances = [...owed].flatMap(([delegator, amount]) => (amount === 0n ? [] : [{ delegator, amount }]));
  return {
    file: digest,
    format,
    cycles: [...cycles].sort((a, b) => a - b),
    owed: rows.owed,
    paid: rows.paid,
    passedOver: rows.nothing,
    balances,
    sum: sumOf(balances, ({ amount }) => amount),
    doubtful,
  };
};

/** Decides whether a file's balances may be added; throws `ActRefused` for what the chain or the terms say against it. */
const decideImport = async (
  acts: Acts,
  { file, format, cycles, balances, doubtful }: Opening,
  confirmed: boolean,
) => {
  const { baker, repository, actor } = acts;
  const running = cycles.length === 0 ? undefined : await runningCycle(acts, await bakerIn(acts));
  const early = cycles.find((cycle) => running !== undefined && cycle >= running);
  if (early !== undefined) refuseAct("opens-later", { cycle: early, running: running ?? early });
  const add = Ledger.importBalances({ file, format, cycles: [...cycles], rows: balances, actor });
  return async (state: Ledger.State) => {
    const terms = (await repository.load(bakerOf(baker))).state;
    const ours = cycles.find((cycle) => Baker.pays(terms, cycle));
    if (ours !== undefined) return refuse("paid-here", { cycle: ours });
    const added = add(state);
    if (isRefused(added)) return added;
    return doubtful.length > 0 && !confirmed ? refuse("may-be-paid", { rows: doubtful.length }) : added;
  };
};

const bakerIn = async ({ repository, baker }: Acts): Promise<Baker.State> =>
  (await repository.load(bakerOf(baker))).state;

const isImported = async ({ repository, baker }: Acts, { file }: Opening): Promise<boolean> =>
  (await repository.load(ledgerOf(baker))).state.imported.has(file);

/** Meets every refusal that the import would meet, and writes nothing. Throws `ActRefused`. */
export const tryImport = async (
  acts: Acts,
  opening: Opening,
  confirmed: boolean,
): Promise<{ readonly already: boolean }> => {
  if (await isImported(acts, opening)) return { already: true };
  const decide = await decideImport(acts, opening, confirmed);
  const decision = await decide((await acts.repository.load(ledgerOf(acts.baker))).state);
  if (isRefused(decision)) throw new ActRefused(decision);
  return { already: false };
};

/**
 * Adds a file's balances to the ledger, once a file; answers whether they were there before. Refused while some of
 * them may have been paid, unless that is `confirmed`, if TAPS itself pays one of the cycles, and if one has not ended.
 * Run again after an interruption it goes on where it stopped.
 */
export const importOpening = async (
  acts: Acts,
  opening: Opening,
  confirmed: boolean,
): Promise<{ readonly already: boolean }> => {
  const tried = await tryImport(acts, opening, confirmed);
  if (tried.already) return tried;
  await ensureRegistered(acts);
  await act(acts, ledgerOf(acts.baker), await decideImport(acts, opening, confirmed));
  return tried;
};
