// One route: what may be asked, by whom, what is answered. Server and document are both made of it.
import { type IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { type Answer } from "../application/read-side/answer.js";
import { type Position } from "../application/ports/event-store.js";
import { type Principal } from "../application/accounts/authenticate.js";
import { type Sessions } from "../application/accounts/login.js";
import { type Role } from "../application/ports/accounts.js";
import { type Inspection } from "../application/read-side/inspection.js";
import { type Past } from "../application/read-side/past.js";
import { type ReadSide } from "../application/read-side/read-side.js";
import { checked } from "./checked.js";
import { type Commanding } from "./commanding.js";
import { type LogLag } from "./lag.js";
import { type LiveEvents, type Told } from "./live/live-events.js";
import { Problem, type ProblemType } from "./problem.js";

/** What routes are answered from. */
export interface Sources {
  readonly read: ReadSide;
  readonly past: Past;
  readonly inspect: Inspection;
  readonly sessions: Sessions;
  readonly commands: Commanding;
  readonly live: LiveEvents;
  readonly lag: LogLag;
}

/** Without a value: nothing is to be said. */
export interface Reply {
  readonly value?: unknown;
  readonly table?: { readonly columns: readonly string[]; readonly rows: AsyncIterable<TableRow> };
  /** The value as JSON already. */
  readonly json?: string;
  /** It was kept from the first time that the same was asked. */
  readonly again?: boolean;
  /** Whose request it has turned out to be, where that is not shown by a token. */
  readonly who?: string;
  /** Begins to tell what happens, until the signal is aborted. */
  readonly live?: (signal: AbortSignal) => Promise<AsyncIterable<Told>>;
  /** Of the read model that was asked. */
  readonly position?: Position;
  readonly pinned?: boolean;
  /** Of what is shown: the same text, the same value. */
  readonly version?: string;
}

/** Headers that commands demand. */
export type Demanded = "idempotency-key" | "if-match";

export interface Asked {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
  /** Undefined only where the access is public. */
  readonly caller: Principal | undefined;
  /** The IP address of who asks. */
  readonly address: string;
  /** The id of the request. */
  readonly id: string;
}

export interface Route {
  /** Name of the operation in the document, and for clients. */
  readonly id: string;
  readonly method: "get" | "post" | "put" | "delete";
  /** With `{name}` for parameters. */
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly access: "public" | Role;
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  /** `z.undefined()`: as if there were none. */
  readonly body?: z.ZodType;
  /** Most bytes of it; default 64 KiB. */
  readonly bodyLimit?: number;
  /** What is read of the request's headers beside what each request may have. */
  readonly headers?: z.ZodObject;
  /** What a command is not carried out without. */
  readonly demands: readonly Demanded[];
  /** `z.undefined()`: nothing is said. Of what goes on: the data of each event. */
  readonly result: z.ZodType;
  /** Of a table; of anything else undefined. */
  readonly columns?: readonly string[];
  /** Goes on for as long as who asks listens. */
  readonly isLive?: true;
  /** The read model whose position `minPosition` means; undefined: there is nothing to wait for. */
  readonly model?: string;
  readonly problems: readonly ProblemType[];
  answer(sources: Sources, asked: Asked): Promise<Reply>;
}

/** Whether something is to be sent with it. */
export const hasBody = ({ body }: Pick<Route, "body">): boolean =>
  body !== undefined && !(body instanceof z.ZodUndefined);

type Described<P, Q> = Omit<
  Route,
  "method" | "params" | "query" | "body" | "demands" | "result" | "answer" | "problems" | "columns"
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
  demands: [],
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
    ) => Promise<{ readonly value: z.output<R> } & Pick<Reply, "who">>;
  },
): Route => ({
  problems: [],
  demands: [],
  ...described,
  params: EMPTY,
  query: EMPTY,
  method: "post",
  answer: (sources, { body, caller, address }) =>
    described.answer(sources, { body: checked("body", described.body, body), caller, address }),
});

/** Something that is worked out from what is sent; nothing is written. */
export const question = <P extends z.ZodObject, B extends z.ZodType, R extends z.ZodType>(
  described: Omit<Described<P, unknown>, "query"> & {
    readonly body: B;
    readonly result: R;
    readonly answer: (
      sources: Sources,
      asked: { readonly params: z.output<P>; readonly body: z.output<B> } & Pick<Asked, "caller" | "id">,
    ) => Promise<{ readonly value: z.output<R> }>;
  },
): Route => ({
  problems: [],
  demands: [],
  ...described,
  query: EMPTY,
  method: "post",
  answer: (sources, { params, body, caller, id }) =>
    described.answer(sources, {
      params: checked("params", described.params, params),
      body: checked("body", described.body, body),
      caller,
      id,
    }),
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
    demands: [],
    ...rest,
    method: "get",
    result: z.string(),
    answer: async (sources, asked) => {
      const parts = partsOf(described, asked);
      return { table: { columns: described.columns, rows: rows(sources, parts) } };
    },
  };
};

/** What happens, for as long as who asks listens. */
export const listening = <Q extends z.ZodObject, H extends z.ZodObject>(
  described: Omit<Described<unknown, Q>, "params"> & {
    readonly headers: H;
    readonly result: z.ZodType;
    readonly listen: (
      sources: Sources,
      asked: { readonly query: z.output<Q>; readonly headers: z.output<H> },
    ) => NonNullable<Reply["live"]>;
  },
): Route => {
  const { listen, ...rest } = described;
  return {
    problems: [],
    demands: [],
    ...rest,
    params: EMPTY,
    method: "get",
    isLive: true,
    answer: async (sources, asked) => {
      const query = checked("query", described.query, asked.query);
      const headers = checked("headers", described.headers, asked.headers);
      return { live: listen(sources, { query, headers }) };
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
