// How PostgreSQL answers a statement: which tables it reads whole, and how many rows it touches.
import { z } from "zod";
import { type Session } from "../../src/readmodel/database.js";

export interface Asked {
  readonly text: string;
  readonly values: readonly unknown[];
}

interface Node {
  readonly "Node Type": string;
  readonly "Relation Name"?: string | undefined;
  readonly "Actual Rows"?: number | undefined;
  readonly "Actual Loops"?: number | undefined;
  readonly "Rows Removed by Filter"?: number | undefined;
  readonly Plans?: readonly Node[] | undefined;
}
const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
    "Relation Name": z.string().optional(),
    "Actual Rows": z.number().optional(),
    "Actual Loops": z.number().optional(),
    "Rows Removed by Filter": z.number().optional(),
    Plans: z.array(node).optional(),
  }),
);
const explained = z.array(z.object({ "QUERY PLAN": z.array(z.object({ Plan: node })) }));

/** A table of more rows is big. */
const BIG = 5_000;

const nodesOf = (top: Node): readonly Node[] => [top, ...(top.Plans ?? []).flatMap(nodesOf)];

/** What is wrong with the plan of a statement that is run: a big table read whole, or more rows read than `most`. */
export const faultsOf = async (
  session: Session,
  { text, values }: Asked,
  most: number,
): Promise<readonly string[]> => {
  const { rows } = await session.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
  const nodes = explained
    .parse(rows)
    .flatMap((row) => row["QUERY PLAN"].flatMap(({ Plan }) => nodesOf(Plan)));
  const scans = nodes.filter((one) => one["Node Type"].includes("Scan"));
  const touched = (one: Node) =>
    ((one["Actual Rows"] ?? 0) + (one["Rows Removed by Filter"] ?? 0)) * (one["Actual Loops"] ?? 1);
  const whole = scans
    .filter((one) => one["Node Type"] === "Seq Scan" && touched(one) > BIG)
    .map((one) => `reads ${one["Relation Name"]} whole`);
  const total = scans.reduce((sum, one) => sum + touched(one), 0);
  return total > most ? [...whole, `touches ${total} rows`] : whole;
};

/** Keeps what a session is asked of the read models' rows. */
export const recording = (session: Session, asked: Asked[]): Session => ({
  query: (text, values) => {
    if (text.startsWith("SELECT") && !text.includes("read.checkpoint"))
      asked.push({ text, values: values ?? [] });
    return session.query(text, values);
  },
});
