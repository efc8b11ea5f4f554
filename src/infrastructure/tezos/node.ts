import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  handleWhen,
} from "cockatiel";
import { type z } from "zod";
import { ChainUnavailable } from "../../application/ports/chain.js";
import { type Clock } from "../../application/ports/system.js";
import { NodeRefusal, NotThere, refusalOf } from "./node-errors.js";

export interface NodeOptions {
  readonly url: string;
  readonly clock: Clock;
  /** For one request, the body included. */
  readonly timeoutMs?: number;
  readonly retryWaitMs?: number;
}

const TRIES = 3;
const FAILURES_TO_OPEN = 6;
const STAYS_OPEN_MS = 5_000;

/** No reply in time: asking the same node again would only take as long again. */
class TooSlow extends ChainUnavailable {}

/**
 * One node's HTTP interface. Questions are asked again, injections never: that is the payer's business. A node
 * that fails again and again is left alone for a while, so that another answers without delay.
 */
export class TezosNode {
  /** Host and port; the rest of an address may carry a key. */
  readonly name: string;
  private readonly url: string;
  private readonly breaker: CircuitBreakerPolicy = circuitBreaker(
    handleWhen((error) => error instanceof ChainUnavailable && !(error instanceof NotThere)),
    { halfOpenAfter: STAYS_OPEN_MS, breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN) },
  );

  constructor(private readonly options: NodeOptions) {
    this.url = options.url.replace(/\/+$/, "");
    this.name = new URL(options.url).host;
  }

  /** Throws `NotThere` or another `ChainUnavailable`. */
  async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    for (let tried = 1; ; tried += 1) {
      try {
        return await this.guarded(() => this.question(path, schema));
      } catch (error) {
        if (error instanceof NotThere || error instanceof TooSlow || tried === TRIES) throw error;
        await this.options.clock.sleep((this.options.retryWaitMs ?? 200) * tried * (0.5 + Math.random() / 2));
      }
    }
  }

  /** Asked once. Throws `NodeRefusal`, or `ChainUnavailable`, after which its effect is not known. */
  async post<T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> {
    return this.guarded(async () => {
      const { status, text } = await this.exchange(path, JSON.stringify(body));
      const reply = this.parsed(path, status, text);
      if (status === 200) return this.read(path, reply, schema);
      const errors = refusalOf(reply);
      if (errors) throw new NodeRefusal(errors);
      throw this.failed(path, `HTTP ${status}: ${text.slice(0, 500)}`);
    });
  }

  /** Heads as they come, the present one first, for as long as the connection lives. */
  async *heads<T>(schema: z.ZodType<T>, signal: AbortSignal): AsyncIterable<T> {
    const path = "/monitor/heads/main";
    const response = await fetch(`${this.url}${path}`, { signal, redirect: "manual" });
    if (!response.ok || response.body === null) throw this.failed(path, `HTTP ${response.status}`);
    const body: AsyncIterable<Uint8Array> = response.body;
    const decoder = new TextDecoder();
    let pending = "";
    for await (const chunk of body) {
      pending += decoder.decode(chunk, { stream: true });
      const lines = pending.split("\n");
      pending = lines.pop() ?? "";
      for (const line of lines.filter((each) => each.trim() !== "")) {
        yield this.read(path, this.parsed(path, response.status, line), schema);
      }
    }
  }

  private async guarded<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await this.breaker.execute(act);
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new TooSlow(`${this.name}: not asked after failures`);
      throw error;
    }
  }

  /** A read that is refused for good is of data that this node does not keep (`context.storage_error`). */
  private async question<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const { status, text } = await this.exchange(path, undefined);
    if (status === 404) throw new NotThere(`${this.name}: GET ${path}: HTTP 404`);
    const reply = this.parsed(path, status, text);
    if (status === 200) return this.read(path, reply, schema);
    const ids = refusalOf(reply) ?? [];
    const reason = `HTTP ${status} ${ids.map(({ id }) => id).join(", ")}`;
    if (ids.some(({ kind }) => kind === "permanent"))
      throw new NotThere(`${this.name}: GET ${path}: ${reason}`);
    throw this.failed(path, reason);
  }

  private async exchange(path: string, body: string | undefined): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(`${this.url}${path}`, {
        ...(body !== undefined && { method: "POST", body, headers: { "content-type": "application/json" } }),
        signal: AbortSignal.timeout(this.options.timeoutMs ?? 10_000),
        redirect: "manual",
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      if (error instanceof Error && error.name === "TimeoutError")
        throw new TooSlow(`${this.name}: ${path}: no reply in time`);
      throw this.failed(path, codeOf(error));
    }
  }

  private parsed(path: string, status: number, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.failed(path, `HTTP ${status} with a body that is not JSON`);
    }
  }

  private read<T>(path: string, reply: unknown, schema: z.ZodType<T>): T {
    const read = schema.safeParse(reply);
    if (read.success) return read.data;
    const [issue] = read.error.issues;
    throw this.failed(path, `unexpected reply at ${issue?.path.join(".")}: ${issue?.message}`);
  }

  private failed(path: string, reason: string): ChainUnavailable {
    return new ChainUnavailable(`${this.name}: ${path}: ${reason}`);
  }
}

/** fetch hides the socket's error behind "fetch failed", and its own texts may repeat the whole address. */
const codeOf = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "no reply";
};
