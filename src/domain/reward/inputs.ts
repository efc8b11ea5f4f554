import { type Address, type Cycle, isAddress } from "../identifiers.js";
import { type Mutez, mutez, sumOf, ZERO } from "../money.js";
import { type IncomeKind } from "./policy-codec.js";
import { type InputRefusal } from "./refusals.js";

/** A parsed JSON value: an integer is a bigint, any other number of the text is a number (and never an amount). */
export type Parsed = null | boolean | string | bigint | number | readonly Parsed[] | ParsedObject;
interface ParsedObject {
  readonly [key: string]: Parsed;
}

/** A source's whole reply: its pages in order, the level of its head when asked, the cycle's last level. */
interface ParsedReply {
  readonly pages: readonly Parsed[];
  readonly headLevel: number;
  readonly lastLevel: number;
}

export interface DelegatorBalance {
  readonly delegator: Address;
  /** Delegated balance as reported. */
  readonly balance: Mutez;
  /** Whether the account was empty when the source was asked. */
  readonly emptied: boolean;
}

/** What one cycle earned and with whose tez, checked (ALLOCATION section 1). */
export interface RewardInputs {
  readonly cycle: Cycle;
  /** The delegated part of each kind of income. */
  readonly income: Readonly<Record<IncomeKind, Mutez>>;
  readonly ownDelegated: Mutez;
  readonly externalDelegated: Mutez;
  readonly ownStaked: Mutez;
  readonly delegatorsCount: number;
  /** In the source's order. */
  readonly rows: readonly DelegatorBalance[];
}
export type InputsOutcome =
  { readonly inputs: RewardInputs } | { readonly refused: readonly [InputRefusal, ...InputRefusal[]] };

const INCOME_FIELDS: Readonly<Record<IncomeKind, string>> = {
  blocks: "blockRewardsDelegated",
  attestations: "attestationRewardsDelegated",
  dal: "dalAttestationRewardsDelegated",
  blockFees: "blockFees",
  nonceRevelations: "nonceRevelationRewardsDelegated",
  vdfRevelations: "vdfRevelationRewardsDelegated",
};
/** The older schema's name of `attestations`; replies that use it know no DAL income. */
const OLD_ATTESTATIONS = "endorsementRewardsDelegated";
const KNOWN_INCOME: ReadonlySet<string> = new Set([...Object.values(INCOME_FIELDS), OLD_ATTESTATIONS]);
const HEAD_FIELDS: ReadonlySet<string> = new Set([
  "cycle",
  "ownDelegatedBalance",
  "externalDelegatedBalance",
  "ownStakedBalance",
  "delegatorsCount",
  INCOME_FIELDS.blockFees,
]);
const MAX_AMOUNT = 2n ** 53n - 1n;
const FIRST_FEW = 5;

const isIncome = (field: string): boolean => field.endsWith("RewardsDelegated");
const isFuture = (field: string): boolean => field.startsWith("future");

const isObject = (value: Parsed | undefined): value is ParsedObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const asObject = (value: Parsed | undefined): ParsedObject => (isObject(value) ? value : {});

/** The rows of one page; a page without a list has none. */
export const rowsOfPage = (page: Parsed): readonly Parsed[] => {
  const rows = asObject(page)["delegators"];
  return Array.isArray(rows) ? (rows as readonly Parsed[]) : [];
};

/** Fields in which the heads of the pages differ, of those that are used; `stakers` and the like are paged too. */
export const changedBetweenPages = (pages: readonly Parsed[]): readonly string[] => {
  const [first, ...others] = pages.map(asObject);
  if (first === undefined) return [];
  const isUsed = (field: string) => HEAD_FIELDS.has(field) || isIncome(field) || isFuture(field);
  const changed = others.flatMap((head) =>
    [...Object.keys(first), ...Object.keys(head)].filter(
      (field) => isUsed(field) && head[field] !== first[field],
    ),
  );
  return [...new Set(changed)];
};

/** Takes fields out of parsed objects and keeps account of the first few that are not usable. */
class FieldReader {
  readonly problems: InputRefusal[] = [];

  get isFull(): boolean {
    return this.problems.length >= FIRST_FEW;
  }

  amount(from: ParsedObject, field: string, row?: number): Mutez {
    const value = from[field];
    if (typeof value === "bigint" && value >= 0n && value <= MAX_AMOUNT) return mutez(value);
    if (value === undefined) this.problems.push({ check: "missing-field", field, row });
    else this.problems.push({ check: "bad-amount", field, row, value: inWords(value) });
    return ZERO;
  }

  row(from: ParsedObject, row: number): DelegatorBalance | undefined {
    const { address, emptied } = from;
    const balance = this.amount(from, "delegatedBalance", row);
    if (typeof emptied !== "boolean") this.problems.push({ check: "missing-field", field: "emptied", row });
    if (typeof address === "string" && isAddress(address)) {
      return { delegator: address, balance, emptied: emptied === true };
    }
    if (address === undefined) this.problems.push({ check: "missing-field", field: "address", row });
    else this.problems.push({ check: "bad-address", field: "address", row, value: inWords(address) });
    return undefined;
  }
}

const inWords = (value: Parsed): string =>
  typeof value === "string"
    ? JSON.stringify(value.slice(0, 64))
    : typeof value === "object" && value !== null
      ? "a list or object"
      : String(value);

const readIncome = (read: FieldReader, head: ParsedObject): Record<IncomeKind, Mutez> => {
  const isOld = OLD_ATTESTATIONS in head && !(INCOME_FIELDS.attestations in head);
  return {
    blocks: read.amount(head, INCOME_FIELDS.blocks),
    attestations: read.amount(head, isOld ? OLD_ATTESTATIONS : INCOME_FIELDS.attestations),
    dal: isOld ? ZERO : read.amount(head, INCOME_FIELDS.dal),
    blockFees: read.amount(head, INCOME_FIELDS.blockFees),
    nonceRevelations: read.amount(head, INCOME_FIELDS.nonceRevelations),
    vdfRevelations: read.amount(head, INCOME_FIELDS.vdfRevelations),
  };
};

const readRows = (read: FieldReader, pages: readonly Parsed[]): DelegatorBalance[] => {
  const rows: DelegatorBalance[] = [];
  let index = 0;
  for (const [page, content] of pages.entries()) {
    if (!Array.isArray(asObject(content)["delegators"])) {
      read.problems.push({
        check: "missing-field",
        field: page === 0 ? "delegators" : `delegators of page ${page}`,
        row: undefined,
      });
    }
    for (const row of rowsOfPage(content)) {
      if (read.isFull) return rows;
      const balance = read.row(asObject(row), index);
      index += 1;
      if (balance) rows.push(balance);
    }
  }
  return rows;
};

const unfinished = (head: ParsedObject, { headLevel, lastLevel }: ParsedReply): InputRefusal[] => {
  const future = Object.keys(head).filter(
    (field) => isFuture(field) && head[field] !== 0n && head[field] !== 0,
  );
  return headLevel < lastLevel + 2 || future.length > 0
    ? [{ check: "unfinished-cycle", headLevel, lastLevel, future }]
    : [];
};

const duplicates = (rows: readonly DelegatorBalance[]): InputRefusal[] => {
  const seen = new Set<Address>();
  const twice = new Set<Address>();
  for (const { delegator } of rows) (seen.has(delegator) ? twice : seen).add(delegator);
  const count = rows.length - seen.size;
  return count === 0
    ? []
    : [{ check: "duplicate-delegator", delegators: [...twice].slice(0, FIRST_FEW), count }];
};

/** Whether a well-formed reply closes: these checks are evaluated together. */
const incomplete = ({ rows, delegatorsCount, externalDelegated }: RewardInputs): InputRefusal[] => {
  const sum = sumOf(rows, (row) => row.balance);
  const difference = mutez(sum - externalDelegated);
  return [
    // More rows are lawful: former delegators whose unstaked tez still counts.
    ...(rows.length < delegatorsCount
      ? [{ check: "row-count", rows: rows.length, announced: delegatorsCount } as const]
      : []),
    ...(difference !== 0n
      ? [{ check: "balance-sum", sum, announced: externalDelegated, difference } as const]
      : []),
    ...duplicates(rows),
  ];
};

/**
 * Reads a cycle's inputs out of a source's reply, or names why it is not believed (ALLOCATION section 1).
 * A field that is missing or malformed ends the reading; all other checks are reported together.
 */
export const readInputs = (cycle: Cycle, reply: ParsedReply): InputsOutcome => {
  if (reply.pages.length === 0) return { refused: [{ check: "no-data", cycle }] };
  const head = asObject(reply.pages[0]);
  const changed = changedBetweenPages(reply.pages);
  if (changed.length > 0) {
    return { refused: [{ check: "changed-between-pages", fields: changed }, ...unfinished(head, reply)] };
  }
  const read = new FieldReader();
  const found = Number(read.amount(head, "cycle"));
  const inputs: RewardInputs = {
    cycle,
    income: readIncome(read, head),
    ownDelegated: read.amount(head, "ownDelegatedBalance"),
    externalDelegated: read.amount(head, "externalDelegatedBalance"),
    ownStaked: read.amount(head, "ownStakedBalance"),
    delegatorsCount: Number(read.amount(head, "delegatorsCount")),
    rows: readRows(read, reply.pages),
  };
  const refused =
    read.problems.length > 0
      ? read.problems.slice(0, FIRST_FEW)
      : [
          ...(found === cycle ? [] : [{ check: "wrong-cycle", asked: cycle, found } as const]),
          ...unfinished(head, reply),
          ...Object.keys(head)
            .filter((field) => isIncome(field) && !KNOWN_INCOME.has(field))
            .map((field) => ({ check: "unknown-income", field }) as const),
          ...incomplete(inputs),
        ];
  const [first, ...others] = refused;
  return first === undefined ? { inputs } : { refused: [first, ...others] };
};
