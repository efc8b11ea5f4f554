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
  readonly "Shared Hit Blocks"?: number | undefined;
  readonly "Shared Read Blocks"?: number | undefined;
  readonly Plans?: readonly Node[] | undefined;
}

/** What a statement may read at most. */
export interface Most {
  readonly rows: number;
  /** Of tables and of indexes, 8 KiB each: what a condition passes over within an index counts here alone. */
  readonly blocks: number;
}
const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
    "Relation Name": z.string().optional(),
    "Actual Rows": z.number().optional(),
    "Actual Loops": z.number().optional(),
    "Rows Removed by Filter": z.number().optional(),
    "Shared Hit Blocks": z.number().optional(),
    "Shared Read Blocks": z.number().optional(),
    Plans: z.array(node).optional(),
  }),
);
const explained = z.array(z.object({ "QUERY PLAN": z.array(z.object({ Plan: node })) }));

/** A table of more rows is big. */
const BIG = 5_000;

const nodesOf = (top: Node): readonly Node[] => [top, ...(top.Plans ?? []).flatMap(nodesOf)];

/** What is wrong with the plan of a statement that is run: a big table read whole, or more read than `most`. */
export const faultsOf = async (
  session: Session,
  { text, values }: Asked,
  most: Most,
): Promise<readonly string[]> => {
  const { rows } = await session.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
  const plans = explained.parse(rows).flatMap((row) => row["QUERY PLAN"].map(({ Plan }) => Plan));
  const scans = plans.flatMap(nodesOf).filter((one) => one["Node Type"].includes("Scan"));
  const touched = (one: Node) =>
    ((one["Actual Rows"] ?? 0) + (one["Rows Removed by Filter"] ?? 0)) * (one["Actual Loops"] ?? 1);
  const sum = (list: readonly Node[], count: (one: Node) => number) =>
    list.reduce((total, one) => total + count(one), 0);
  const total = sum(scans, touched);
  const blocks = sum(plans, (one) => (one["Shared Hit Blocks"] ?? 0) + (one["Shared Read Blocks"] ?? 0));
  return [
    ...scans
      .filter((one) => one["Node Type"] === "Seq Scan" && touched(one) > BIG)
      .map((one) => `reads ${one["Relation Name"]} whole`),
    ...(total > most.rows ? [`touches ${total} rows`] : []),
    ...(blocks > most.blocks ? [`reads ${blocks} blocks`] : []),
  ];
};

/** Keeps what a session is asked of the read models' rows. */
export const recording = (session: Session, asked: Asked[]): Session => ({
  query: (text, values) => {
    if (text.startsWith("SELECT") && !text.includes("read.checkpoint"))
      asked.push({ text, values: values ?? [] });
    return session.query(text, values);
  },
});
