// What a wallet paid, as the chain shows it, and what was owed, as `cycle compute` works it out.
import { z } from "zod";

const transactions = z.array(
  z.object({
    hash: z.string(),
    level: z.number().int(),
    status: z.string(),
    amount: z.number().int(),
    target: z.object({ address: z.string() }),
  }),
);
export type Transfer = z.infer<typeof transactions>[number];

const PAGE = 10_000;

/** All transfers of a wallet that were applied, oldest first. */
export const transfersOf = async (tzktUrl: string, sender: string): Promise<readonly Transfer[]> => {
  const found: Transfer[] = [];
  for (;;) {
    const query = `sender=${sender}&offset=${found.length}&limit=${PAGE}`;
    const response = await fetch(`${tzktUrl}/v1/operations/transactions?${query}`);
    const page = transactions.parse(await response.json());
    found.push(...page);
    if (page.length < PAGE) return found.filter(({ status }) => status === "applied");
  }
};

const computed = z.object({
  delegators: z.array(z.object({ recipient: z.string(), net: z.string(), status: z.string() })),
});

/** `receiver amount`, sorted: one line for each transfer that a cycle of `cycle compute --json` asks for. */
export const owed = (json: string): readonly string[] =>
  computed
    .parse(JSON.parse(json))
    .delegators.filter(({ status }) => status === "pay")
    .map(({ recipient, net }) => `${recipient} ${net}`)
    .sort();

const signed = z.object({
  type: z.literal("OperationSigned"),
  data: z.object({ hash: z.string(), payment: z.string().nullable() }),
});

/** Payment streams by operation, out of what `log read` prints of the wallet's stream. */
const paymentsByOperation = (lines: string): ReadonlyMap<string, string | null> =>
  new Map(
    lines.split("\n").flatMap((line) => {
      const { data } = signed.safeParse(line === "" ? null : JSON.parse(line));
      return data ? [[data.data.hash, data.data.payment]] : [];
    }),
  );

/**
 * `receiver amount`, sorted: one line for each transfer made for a payment stream. `log`: the wallet's stream as
 * `log read` prints it. Throws on a transfer that it does not know.
 */
export const paidBy = (transfers: readonly Transfer[], log: string) => {
  const payments = paymentsByOperation(log);
  const stranger = transfers.find(({ hash }) => !payments.has(hash));
  if (stranger) throw new Error(`the log does not know ${stranger.hash}`);
  return (payment: string): readonly string[] =>
    transfers
      .filter(({ hash }) => payments.get(hash) === payment)
      .map(({ target, amount }) => `${target.address} ${amount}`)
      .sort();
};
