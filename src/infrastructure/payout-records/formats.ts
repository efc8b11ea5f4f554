// What the rows of each system's payout records mean. Read from the sources of tezpay (common/report.go), TRD
// (src/util/csv_payment_file_parser.py) and TAPS 1 (components/taps.cfc).
import { type RecordedRow } from "../../application/ports/payout-records.js";
import { address, asCycle, operationHash } from "../../domain/identifiers.js";
import { type RecordFormat } from "../../domain/ledger/ledger.js";
import { type Mutez, mutezCodec, signedMutezCodec } from "../../domain/money.js";

/** The text of a column; empty where the row has none. */
export type Fields = (column: string) => string;

interface Format {
  /** In lower case; a file has this format if its header names them all. */
  readonly columns: readonly string[];
  /** Undefined: the records do not say whose they are. */
  readonly bakerColumn: string | undefined;
  /** `named`: the cycle that the file is named after; undefined where its name is no cycle's. */
  readonly read: (fields: Fields, named: string | undefined) => RecordedRow;
}

const bad = (problem: string): RecordedRow => ({ says: "bad", problem });
const NOTHING: RecordedRow = { says: "nothing" };

interface Owing {
  readonly delegator: string;
  /** Undefined: the records do not say. */
  readonly cycle: string | undefined;
  readonly amount: Mutez | string;
}

const orNothing = (text: string): string => (text === "" ? "nothing" : text);

/** Whose a row is and of which cycle, or what is wrong with it. */
const identityOf = ({ delegator, cycle }: Owing) => {
  const known = address.safeParse(delegator).data;
  if (known === undefined) return `${orNothing(delegator)} is not an address`;
  if (cycle === undefined) return { delegator: known, cycle: null };
  return /^\d{1,7}$/.test(cycle)
    ? { delegator: known, cycle: asCycle(Number(cycle)) }
    : `${orNothing(cycle)} is not a cycle`;
};

const paid = (row: Owing): RecordedRow => {
  const identity = identityOf(row);
  return typeof identity === "string" ? bad(identity) : { says: "paid", ...identity };
};

const owed = (row: Owing, doubt = ""): RecordedRow => {
  const identity = identityOf(row);
  if (typeof identity === "string") return bad(identity);
  const { amount } = row;
  return typeof amount === "string" ? bad(amount) : { says: "owed", ...identity, amount, doubt };
};

/** Mutez, or what is wrong with the text. */
const mutezOf = (text: string, codec = mutezCodec): Mutez | string =>
  codec.safeParse(text).data ?? `${orNothing(text)} is not a whole number of mutez`;

const TEZ = /^(\d{1,30})(?:\.(\d{1,6}))?$/;

const tezAsMutez = (text: string): Mutez | string => {
  const [, whole, fraction = ""] = TEZ.exec(text) ?? [];
  if (whole === undefined) return `${orNothing(text)} is no amount of tez with up to six decimals`;
  return mutezOf(`${whole}${fraction.padEnd(6, "0")}`.replace(/^0+(?=\d)/, ""));
};

/** Thirty-two zero bytes: tezpay's word for no operation. */
const NO_OPERATION = "oneDGhZacw99EEFaYDTtWfz5QEhUW3PPVFsHa7GShnLPuDn7gSd";

/** None of the three keeps what it signed: what it could not see through may be on the chain. */
const unseen = (says: string, hash: string): string =>
  operationHash.safeParse(hash).success && hash !== NO_OPERATION
    ? `recorded as ${says}, and ${hash} may have paid it`
    : `recorded as ${says}; one that was sent and lost sight of stands so too`;

const readCsv = (fields: Fields): RecordedRow =>
  owed({
    delegator: fields("delegator"),
    cycle: undefined,
    amount: mutezOf(fields("mutez"), signedMutezCodec),
  });

/** Why tezpay left a delegator out, where the baker's terms say so. */
const TEZPAY_NOT_OWED = new Set([
  "DELEGATOR_EMPTIED",
  "DELEGATOR_IGNORED",
  "DELEGATOR_PREFILTERED",
  "DELEGATOR_LOW_BALANCE",
  "PAYOUT_ZERO",
  "PAYOUT_KT_IGNORED",
  "RECIPIENT_TARGETS_PAYOUT",
]);
/** What it could not do in one run it may have done in another, which does not always write this file again. */
const TEZPAY_NOT_DONE = new Set([
  "PAYOUT_INVALID_RECIPIENT",
  "FAILED_TO_ESTIMATE_TX_COSTS",
  "FAILED_TO_ESTIMATE_BATCH",
  "NOT_ENOUGH_BONDS_FOR_TX_FEES",
  "NOT_ENOUGH_BONDS_FOR_BAKER_FEE",
  "MANUALLY_EXCLUDED_BY_PREFIX",
]);

const readTezpayInvalid = (row: Owing, note: string): RecordedRow => {
  if (note === "PAYOUT_BELLOW_MINIMUM") return owed(row);
  if (TEZPAY_NOT_OWED.has(note)) return NOTHING;
  return TEZPAY_NOT_DONE.has(note)
    ? owed(row, `left out (${note}); a later run may have paid it`)
    : bad(`"${note}" is no reason of tezpay's that this release knows`);
};

/** `reports/<cycle>/payouts.csv` and `invalid.csv`; amounts in mutez. */
const readTezpay = (fields: Fields): RecordedRow => {
  const kind = fields("kind");
  // An accumulated payout's money is in that of the cycle that it was added to.
  if (["accumulated", "baker reward", "donation", "fee income"].includes(kind)) return NOTHING;
  if (kind !== "delegator reward" && kind !== "invalid")
    return bad(`"${kind}" is no kind of tezpay's payouts`);
  const token = fields("op_kind");
  if (token === "fa1" || token === "fa2") return NOTHING;
  if (token !== "tez") return bad(`"${token}" is no kind of tezpay's operations`);
  const row = { delegator: fields("delegator"), cycle: fields("cycle"), amount: mutezOf(fields("amount")) };
  if (kind === "invalid") return readTezpayInvalid(row, fields("note"));
  if (fields("success") === "true") return paid(row);
  return fields("success") === "false"
    ? owed(row, unseen("not paid", fields("op_hash")))
    : bad(`"${fields("success")}" is neither true nor false`);
};

const TRD_STATUSES: Readonly<Record<string, string>> = {
  "-1": "undefined",
  "0": "fail",
  "1": "paid",
  "2": "done",
  "3": "injected",
  "4": "avoided",
};

/** `payments/done/<cycle>.csv` and `payments/failed/<cycle>.csv`; amounts in mutez. The name alone tells the cycle. */
const readTrd = (fields: Fields, named: string | undefined): RecordedRow => {
  const type = fields("type");
  if (["F", "O", "FOUNDERS_PARENT", "OWNERS_PARENT", "B"].includes(type)) return NOTHING;
  if (!["D", "M", "E"].includes(type)) return bad(`"${type}" is no type of TRD's payments`);
  const status = TRD_STATUSES[fields("paid")] ?? fields("paid").toLowerCase();
  const row = { delegator: fields("address"), cycle: named, amount: mutezOf(fields("amount")) };
  switch (status) {
    case "paid":
      return paid(row);
    // Nothing to send, or only tried out.
    case "done":
      return NOTHING;
    case "avoided":
    case "fail":
    case "injected":
    case "undefined":
      if (type !== "D") return bad("it joins several rewards: name the delegators in a CSV of your own");
      return owed(row, status === "avoided" ? "" : unseen(status, fields("hash")));
    default:
      return bad(`"${status}" is no state of TRD's payments`);
  }
};

/** The table `delegatorsPayments` of TAPS 1 (H2's CSVWRITE); amounts in tez. */
const readTaps = (fields: Fields): RecordedRow => {
  const result = fields("result").toLowerCase();
  const amount = tezAsMutez(fields("total"));
  const row = { delegator: fields("address"), cycle: fields("cycle"), amount };
  switch (result) {
    case "applied":
      return paid(row);
    case "simulated":
      return NOTHING;
    case "failed":
    case "not available":
      return amount === 0n ? NOTHING : owed(row, unseen(result, fields("transaction_hash")));
    default:
      return bad(`"${result}" is no result of TAPS's payments`);
  }
};

export const FORMATS: Readonly<Record<RecordFormat, Format>> = {
  csv: { columns: ["delegator", "mutez"], bakerColumn: undefined, read: readCsv },
  tezpay: {
    columns: ["baker", "cycle", "kind", "op_kind", "delegator", "amount", "op_hash", "success", "note"],
    bakerColumn: "baker",
    read: readTezpay,
  },
  trd: { columns: ["address", "type", "amount", "hash", "paid"], bakerColumn: undefined, read: readTrd },
  taps: {
    columns: ["baker_id", "cycle", "address", "result", "total", "transaction_hash"],
    bakerColumn: "baker_id",
    read: readTaps,
  },
};
