// One route: what may be asked, by whom, what is answered. Server and document are both made of it.
import { z } from "zod";
import { type Answer } from "../application/read-side/answer.js";
import { type Position } from "../application/ports/event-store.js";
import { type Principal } from "../application/accounts/authenticate.js";
import { type Sessions } from "../application/accounts/login.js";
import { type Role } from "../application/ports/accounts.js";
import { type Inspection } from "../application/read-side/inspection.js";
import { type Past } from "../application/read-side/past.js";
import { type ReadSide } from "../application/read-side/read-side.js";
import { type Fault, Problem, type ProblemType } from "./problem.js";

/** What routes are answered from. */
export interface Sources {
  readonly read: ReadSide;
  readonly past: Past;
  readonly inspect: Inspection;
  readonly sessions: Sessions;
}

/** Without a value: nothing is to be said. */
export interface Reply {
  readonly value?: unknown;
  readonly table?: { readonly columns: readonly string[]; readonly rows: AsyncIterable<TableRow> };
  /** Of the read model that was asked. */
  readonly position?: Position;
  readonly pinned?: boolean;
  /** Of what is shown: the same text, the same value. */
  readonly version?: string;
}

export interface Asked {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  /** Undefined only where the access is public. */
  readonly caller: Principal | undefined;
  /** The IP address of who asks. */
  readonly address: string;
}

export interface Route {
  /** Name of the operation in the document, and for clients. */
  readonly id: string;
  readonly method: "get" | "post";
  /** With `{name}` for parameters. */
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly access: "public" | Role;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body?: z.ZodType;
  /** `z.undefined()`: nothing is said. */
  readonly result: z.ZodType;
  /** Of a table; of anything else undefined. */
  readonly columns?: readonly string[];
  /** The read model whose position `minPosition` means; undefined: there is nothing to wait for. */
  readonly model?: string;
  readonly problems: readonly ProblemType[];
  answer(sources: Sources, asked: Asked): Promise<Reply>;
}

const faultsOf = (part: string, error: z.ZodError): readonly Fault[] =>
  error.issues.map(({ path, message }) => ({
    pointer: ["", part, ...path.map((step) => String(step).replaceAll("~", "~0").replaceAll("/", "~1"))].join(
      "/",
    ),
    detail: message,
  }));

const checked = <S extends z.ZodType>(part: string, schema: S, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Problem("invalid", "what was asked is not valid: see faults", {
    faults: faultsOf(part, parsed.error),
  });
};

type Described<P, Q> = Omit<
  Route,
  "method" | "params" | "query" | "body" | "result" | "answer" | "problems" | "columns"
> & {
  readonly params: P;
  readonly query: Q;
  readonly problems?: readonly ProblemType[];
};
interface Parts<P extends z.ZodObject, Q extends z.ZodObject> {
  readonly params: z.output<P>;
  readonly query: z.output<Q>;
}

const partsOf = <P extends z.ZodObject, Q extends z.ZodObject>(
  { params, query }: { readonly params: P; readonly query: Q },
  asked: Asked,
): Parts<P, Q> => ({
  params: checked("params", params, asked.params),
  query: checked("query", query, asked.query),
});

/** Parts of a request and the answer keep their types within `answer`, and nowhere else. */
export const route = <P extends z.ZodObject, Q extends z.ZodObject, R extends z.ZodType>(
  described: Described<P, Q> & {
    readonly result: R;
    readonly answer: (
      sources: Sources,
      asked: Parts<P, Q> & Pick<Asked, "caller">,
    ) => Promise<Reply & { readonly value: z.output<R> }>;
  },
): Route => ({
  problems: [],
  ...described,
  method: "get",
  answer: (sources, asked) =>
    described.answer(sources, { ...partsOf(described, asked), caller: asked.caller }),
});

const EMPTY = z.object({});

/** Something that is done, as its body says. */
export const deed = <B extends z.ZodType, R extends z.ZodType>(
  described: Omit<Described<unknown, unknown>, "params" | "query"> & {
    readonly body: B;
    readonly result: R;
    readonly answer: (
      sources: Sources,
      asked: { readonly body: z.output<B> } & Pick<Asked, "caller" | "address">,
    ) => Promise<{ readonly value: z.output<R> }>;
  },
): Route => ({
  problems: [],
  ...described,
  params: EMPTY,
  query: EMPTY,
  method: "post",
  answer: (sources, { body, caller, address }) =>
    described.answer(sources, { body: checked("body", described.body, body), caller, address }),
});

export type TableRow = readonly (string | number | bigint | Date | null)[];

/** A table of any length, which is streamed: the rows under these columns. */
export const table = <P extends z.ZodObject, Q extends z.ZodObject>(
  described: Described<P, Q> & {
    readonly columns: readonly string[];
    readonly rows: (sources: Sources, asked: Parts<P, Q>) => AsyncIterable<TableRow>;
  },
): Route => {
  const { rows, ...rest } = described;
  return {
    problems: [],
    ...rest,
    method: "get",
    result: z.string(),
    answer: async (sources, asked) => {
      const parts = partsOf(described, asked);
      return { table: { columns: described.columns, rows: rows(sources, parts) } };
    },
  };
};

/** What was found, or `not-found`. */
export const found = <T>(
  { value, ...answer }: Answer<T | undefined>,
  what: string,
): Reply & { readonly value: T } => {
  if (value === undefined) throw new Problem("not-found", `${what} is not known`);
  return { ...answer, value };
};
