import { parse } from "lossless-json";
import { ChainUnavailable, type NodeError } from "../../application/ports/chain.js";
import { type Clock } from "../../application/ports/system.js";

/** The node's own refusal: HTTP 500 with a list of error objects. */
export class NodeRefusal extends Error {
  override readonly name = "NodeRefusal";
  constructor(readonly errors: readonly NodeError[]) {
    super(errors.map((error) => error.id).join(", "));
  }
}

/** HTTP 404: a block, account or context key that this node does not have. */
export class NotThere extends Error {
  override readonly name = "NotThere";
}

const PROTOCOL_PREFIX = /^proto\.[^.]+\./;
const KINDS = new Set(["permanent", "temporary", "branch"]);

/** Causes that nodes tell in the text of a `failure` only (Octez `prevalidator_internal.ml`). */
const TEXT_CAUSES: readonly (readonly [RegExp, string])[] = [
  [/branched on either/, "branch_not_live"],
  [/counter_in_the_past|already used/i, "contract.counter_in_the_past"],
  [/counter_in_the_future|not yet reached/i, "contract.counter_in_the_future"],
  [/operation_conflict|conflicts with/i, "prevalidation.operation_conflict"],
  [/fees_too_low|fees.*too low/i, "prefilter.fees_too_low"],
];

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A node's error object in TAPS's terms; undefined if it is none. */
export const toNodeError = (value: unknown): NodeError | undefined => {
  if (!isRecord(value) || typeof value["id"] !== "string") return undefined;
  const text = typeof value["msg"] === "string" ? value["msg"] : "";
  const told = TEXT_CAUSES.find(([pattern]) => pattern.test(text))?.[1];
  const kind = typeof value["kind"] === "string" && KINDS.has(value["kind"]) ? value["kind"] : "temporary";
  return {
    id: told ?? value["id"].replace(PROTOCOL_PREFIX, ""),
    kind: told === undefined ? (kind as NodeError["kind"]) : "temporary",
    detail: JSON.stringify(value),
  };
};

/** `async_injection_failed` only wraps the cause that follows it. */
const toNodeErrors = (body: unknown): readonly NodeError[] | undefined => {
  if (!Array.isArray(body)) return undefined;
  const errors = body.map(toNodeError).filter((error) => error !== undefined);
  const causes = errors.filter((error) => error.id !== "async_injection_failed");
  return errors.length === 0 ? undefined : causes.length > 0 ? causes : errors;
};

/** JSON with integers kept exact: amounts and counters are strings in nodes' replies, the rest is small. */
export const parseJson = (text: string): unknown => parse(text, undefined, Number);

export interface NodeOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
  readonly retryWaitMs?: number;
}

const TRIES = 3;

/** One node's HTTP interface. Questions are asked again, injections never: that is the payer's business. */
export class TezosNode {
  readonly url: string;
  constructor(private readonly options: NodeOptions) {
    this.url = options.url.replace(/\/+$/, "");
  }

  /** Throws `NotThere`, `NodeRefusal`, `ChainUnavailable`. */
  async get(path: string): Promise<unknown> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.once(path, undefined);
      } catch (error) {
        if (!(error instanceof ChainUnavailable) || tried === TRIES) throw error;
        await this.options.clock.sleep((this.options.retryWaitMs ?? 200) * tried * (0.5 + Math.random() / 2));
      }
    }
  }

  /** Asked once. Throws `NodeRefusal`, or `ChainUnavailable`, after which its effect is not known. */
  async post(path: string, body: unknown): Promise<unknown> {
    return this.once(path, JSON.stringify(body));
  }

  /** Heads as they come, for as long as the connection lives. */
  async *heads(signal: AbortSignal): AsyncIterable<unknown> {
    const response = await fetch(`${this.url}/monitor/heads/main`, { signal });
    if (!response.ok || response.body === null) throw new ChainUnavailable("no stream of heads");
    const decoder = new TextDecoder();
    let pending = "";
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      pending += decoder.decode(chunk, { stream: true });
      const lines = pending.split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") yield parseJson(line);
    }
  }

  private async once(path: string, body: string | undefined): Promise<unknown> {
    const { status, text } = await this.exchange(path, body);
    if (status === 404) throw new NotThere(path);
    const parsed = this.parsed(path, status, text);
    if (status === 200) return parsed;
    const errors = toNodeErrors(parsed);
    if (errors === undefined) throw new ChainUnavailable(`${path}: HTTP ${status}`);
    throw new NodeRefusal(errors);
  }

  private async exchange(path: string, body: string | undefined): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(`${this.url}${path}`, {
        ...(body === undefined
          ? {}
          : { method: "POST", body, headers: { "content-type": "application/json" } }),
        signal: AbortSignal.timeout(this.options.timeoutMs ?? 15_000),
      });
      return { status: response.status, text: await response.text() };
    } catch (cause) {
      throw new ChainUnavailable(`${path}: no reply`, { cause });
    }
  }

  private parsed(path: string, status: number, text: string): unknown {
    try {
      return parseJson(text);
    } catch (cause) {
      throw new ChainUnavailable(`${path}: HTTP ${status} with a body that is not JSON`, { cause });
    }
  }
}
