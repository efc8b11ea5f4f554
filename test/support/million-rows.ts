// Tables of years of a large baker: what they hold is made up; how much of it there is, and how it is spread, is not.
import type pg from "pg";
import { asCycle } from "../../src/domain/identifiers.js";
import * as Payment from "../../src/domain/payment/payment.js";
import { type Transact } from "../../src/readmodel/database.js";
import { inService } from "../../src/readmodel/names.js";
import { addressPrefix } from "../../src/application/read-side/delegators.js";
import { ProjectionStore } from "../../src/readmodel/store.js";
import { createPartition } from "../../src/readmodel/tables.js";
import { projections } from "../../projections/all.js";
import { addressOf, blockOf, operationOf } from "./identifiers.js";
import { BAKER, PAYER } from "./payouts.js";
import { type Subjects } from "./read-queries.js";

/** How much there is; the product of the two is the number of payments, but for 20,000 of no cycle. */
export interface Size {
  readonly cycles: number;
  /** Delegators that are paid in each of them; there are thirty times as many. */
  readonly paid: number;
}
const MILLION: Size = { cycles: 1_000, paid: 1_000 };
const CYCLES_A_PARTITION = 100;
/** As many transfers as an operation has room for. */
const TRANSFERS = 247;

const operationsPerCycle = ({ paid }: Size): number => Math.ceil(paid / TRANSFERS);

/** `d` numbers the delegators, `o` the operations, `c` the cycles, `n` anything else. */
const numbers = (count: number): string => `generate_series(0, ${count - 1}) AS n`;
const cyclesUpTo = (count: number, from = 0): string => `generate_series(${from}, ${count - 1}) AS c`;
const time = (n: string): string => `timestamptz '2026-01-01Z' + ${n} * interval '1 second'`;
const DIGEST = "repeat('ab', 32)";

interface Paying {
  readonly cycle: string;
  readonly payout: string;
  readonly delegators: number;
  /** What `c` stands for. */
  readonly among: string;
}

const payments = (size: Size, { cycle, payout, delegators, among }: Paying): string =>
  `INSERT INTO read.payment (obligation, payout, baker, cycle, kind, delegator, recipient, due, sent, transaction_fee,
                             allocation_fee, result, batch_id, operation_hash, level, planned_at, revision)
   SELECT ${payout} || '/delegator:' || address, ${payout}, '${BAKER}', ${cycle}, 'delegator', address, address,
          1000 + d * 7 % 911, 1000, 0, 0,
          CASE WHEN (d * 31 + c) % 1009 = 0 THEN 'held' WHEN c > ${size.cycles - 3} THEN 'planned' ELSE 'paid' END,
          ${payout} || '/' || d / ${TRANSFERS}, hash, c, ${time("c")}, 9
     FROM ${among} CROSS JOIN made.delegators
     JOIN made.operations ON o = c * ${operationsPerCycle(size)} + d / ${TRANSFERS}
    WHERE d < ${delegators}`;

const balances = (table: string): string =>
  `INSERT INTO read.${table} (baker, delegator, balance) SELECT '${BAKER}', address, 1 + d * 7919 % 100003
     FROM made.delegators`;

/** Cycles of one partition after those of another: all indexes at once would not fit into the server's memory. */
const paymentsOfCycles = (size: Size): readonly string[] => {
  const statements: string[] = [];
  for (let from = 0; from < size.cycles; from += CYCLES_A_PARTITION) {
    const among = cyclesUpTo(Math.min(from + CYCLES_A_PARTITION, size.cycles), from);
    statements.push(payments(size, { cycle: "c", payout: `'${BAKER}_' || c`, delegators: size.paid, among }));
  }
  return statements;
};

const statementsOf = (size: Size): readonly string[] => [
  ...paymentsOfCycles(size),
  payments(size, {
    ...{ cycle: "NULL", payout: `'${BAKER}_batch_x' || c`, delegators: 200, among: cyclesUpTo(100) },
  }),
  `INSERT INTO read.rewards (baker, cycle, delegator, recipient, balance, gross, fee_bps, fee, net, status, engine, digest)
   SELECT '${BAKER}', c, address, address, 10, 9, 500, 1, (d * 7919 + c) % 100003, 'pay', 'taps/1', ${DIGEST}
     FROM ${cyclesUpTo(Math.ceil(0.3 * size.cycles))} CROSS JOIN made.delegators
    WHERE d < CASE c WHEN 150 THEN 10 ELSE 1 END * ${size.paid}`,
  `INSERT INTO read.operations (hash, wallet, purpose, payment, first_counter, last_counter, branch, branch_level, ttl,
                                status, position, signed_at)
   SELECT hash, '${PAYER}', 'batch', 'payment-${BAKER}_' || o / ${operationsPerCycle(size)}, o, o, '${blockOf(1)}', o, 120, 'final', o, ${time("o")}
     FROM made.operations`,
  `INSERT INTO read.payouts (payout, baker, cycle, kind, state, plan, digest, allocation, obligations, due, taken, carried,
                             kept, position, planned_at, revision)
   SELECT '${BAKER}_' || n, '${BAKER}', n, 'cycle', CASE WHEN n % 977 = 0 THEN 'planned' ELSE 'completed' END,
          1, ${DIGEST}, ${DIGEST}, 9, 9, 0, 0, 0, n, ${time("n")}, 9
     FROM ${numbers(100_000)}`,
  `INSERT INTO read.delegators (baker, delegator, first_cycle, last_cycle, payments, paid, owed)
   SELECT '${BAKER}', address, 1, 999, 999, d * 7919 % 100003, CASE WHEN d % 100 = 0 THEN d ELSE 0 END
     FROM made.delegators`,
  balances("delegator_balances"),
  balances("ledger_balances"),
  `INSERT INTO read.delegator_terms (baker, delegator, fee_bps) SELECT '${BAKER}', address, 250
     FROM made.delegators WHERE d % 3 = 0`,
  `INSERT INTO read.ledger_movements (baker, position, delegator, kind, amount, reference, recorded_at)
   SELECT '${BAKER}', n, address, 'carried', 7, 'payout', ${time("n")}
     FROM ${numbers(300 * size.cycles)} JOIN made.delegators ON d = n % ${size.paid}`,
  `INSERT INTO read.activity (position, recorded_at, actor, verb, subject, stream, revision, details)
   SELECT n, ${time("n")}, CASE WHEN n % 100 = 0 THEN 'cli:ann' ELSE 'taps' END, 'verb ' || n % 400, address, 'cycle-x',
          n, '{}'
     FROM ${numbers(300 * size.cycles)} JOIN made.delegators ON d = n % ${size.paid}`,
  `INSERT INTO read.wallet_foreign_operations (wallet, hash, position, level, first_counter, last_counter, contents, found_at)
   SELECT '${PAYER}', hash, o, o, o, o, '[]', ${time("o")} FROM made.operations WHERE o < 20000`,
  `INSERT INTO read.wallet_spending (wallet, cycle) SELECT '${PAYER}', nullif(n, 0) FROM ${numbers(20_000)}`,
  `INSERT INTO read.cycles (baker, cycle, state) SELECT '${BAKER}', n, 'settled' FROM ${numbers(20_000)}`,
  `INSERT INTO read.bond_pool_cycles (baker, cycle, base, network_costs, manager, charges, rest, obligations, due, plan_digest,
                                      planned_at)
   SELECT '${BAKER}', n, 9, 0, '${BAKER}', 0, 0, 1, 9, ${DIGEST}, ${time("n")} FROM ${numbers(20_000)}`,
  `INSERT INTO read.bond_pool_shares (baker, cycle, member, amount, charge_bps, gross, charge, net)
   SELECT '${BAKER}', n, address, 1, 1, 1, 0, 1 FROM ${numbers(20_000)} JOIN made.delegators ON d < 5`,
  `INSERT INTO read.wallets (wallet) VALUES ('${PAYER}')`,
];

/** Makes the tables and fills them, if no size is said with 1,020,000 payments. Answers what to ask about. */
export const fillTables = async (
  pool: pg.Pool,
  transact: Transact,
  size: Size = MILLION,
): Promise<Subjects> => {
  const { cycles, paid } = size;
  const addresses = Array.from({ length: 30 * paid }, (_, n) => addressOf(n));
  const signed = Math.max(40_000, operationsPerCycle(size) * cycles);
  const hashes = Array.from({ length: signed }, (_, n) => operationOf(n));
  await pool.query("CREATE SCHEMA made");
  for (const [table, value, number, list] of [
    ["delegators", "address", "d", addresses],
    ["operations", "hash", "o", hashes],
  ] as const)
    await pool.query(
      `CREATE TABLE made.${table} AS SELECT name AS ${value}, place::int - 1 AS ${number}
         FROM json_array_elements_text('${JSON.stringify(list)}') WITH ORDINALITY AS named(name, place)`,
    );
  for (const projection of projections) {
    const { epoch } = await new ProjectionStore(transact, projection).open("store-a");
    for (const table of projection.tables)
      for (let from = 0; from < cycles; from += CYCLES_A_PARTITION)
        for (const statement of createPartition(table, epoch, inService, from)) await pool.query(statement);
  }
  for (const statement of statementsOf(size)) await pool.query(statement);
  // As autovacuum does it: each table that holds rows, not the one that they are partitions of.
  const { rows } = await pool.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relnamespace = 'read'::regnamespace AND relkind = 'r'",
  );
  for (const { name } of rows) await pool.query(`ANALYZE read."${name}"`);
  const [who = BAKER] = addresses.slice(paid - 300);
  const [passing = BAKER] = addresses.slice(2 * paid);
  return {
    baker: BAKER,
    payer: PAYER,
    cycle: asCycle(150),
    cycles: { from: asCycle(90), to: asCycle(320) },
    delegator: who,
    passing,
    prefix: addressPrefix.parse("tz1e"),
    operation: operationOf(operationsPerCycle(size) * 150),
    obligation: `${BAKER}_150/delegator:${who}`,
    payout: `${BAKER}_150`,
    payment: Payment.cycleStream(BAKER, asCycle(150)),
    actor: "cli:ann",
    subject: who,
    verb: "verb 7",
  };
};
