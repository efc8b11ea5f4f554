import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  handleType,
} from "cockatiel";
import { type Clock } from "../application/ports/system.js";

export interface HttpReaderOptions {
  /** Without a trailing slash or with one; a path is kept. */
  readonly baseUrl: string;
  readonly clock: Clock;
  /** For one try, the body included. */
  readonly timeoutMs?: number;
  readonly tries?: number;
  /** Upper bound of the first wait; doubled for each later one. */
  readonly firstWaitMs?: number;
  /** Done before each try: what must not lapse while a slow server is asked again and again. What it throws ends the try. */
  readonly beforeEach?: () => Promise<unknown>;
}

export interface HttpBody<T> {
  readonly text: string;
  readonly value: T;
}

/** No usable reply. Of the address the message names the host only: the rest may carry a key. */
export class HttpUnavailable extends Error {
  override readonly name = "HttpUnavailable";
}

/** One try that failed in a way that may pass; `waitMs` is what the server asked for. */
class PassingFailure extends Error {
  constructor(
    message: string,
    readonly waitMs = 0,
  ) {
    super(message);
  }
}

const LONGEST_WAIT_MS = 60_000;
const FAILURES_TO_OPEN = 12;
const STAYS_OPEN_MS = 30_000;
const PASSING = new Set([408, 425, 429]);

/**
 * Reads from a web API that is sometimes busy: several tries, each with its own timeout, with growing waits and
 * jitter between them, or as long as the server asks (`Retry-After`, at most a minute); after many failures in a
 * row nothing is asked for a while. Nothing else is asked than what is configured: a redirection is no answer.
 */
export class HttpReader {
  private readonly breaker: CircuitBreakerPolicy = circuitBreaker(handleType(PassingFailure), {
    halfOpenAfter: STAYS_OPEN_MS,
    breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN),
  });
  private readonly settings: HttpReaderOptions & Required<Omit<HttpReaderOptions, "beforeEach">>;

  constructor(options: HttpReaderOptions) {
    this.settings = { timeoutMs: 10_000, tries: 4, firstWaitMs: 500, ...options };
  }

  /**
   * A body that `parse` accepts; one that it throws on counts as a failed try. Undefined for HTTP 204.
   * Throws `HttpUnavailable`.
   */
  async get<T>(path: string, parse: (text: string) => T): Promise<HttpBody<T> | undefined> {
    const { tries, firstWaitMs, clock, beforeEach } = this.settings;
    for (let tried = 1; ; tried += 1) {
      await beforeEach?.();
      try {
        return await this.breaker.execute(() => this.tryOnce(path, parse));
      } catch (error) {
        if (error instanceof BrokenCircuitError)
          throw this.failed(path, "too many failures, not asked", error);
        if (!(error instanceof PassingFailure)) throw error;
        if (tried >= tries) throw this.failed(path, `${error.message} (${tries} tries)`, error);
        if (error.waitMs > LONGEST_WAIT_MS)
          throw this.failed(path, `${error.message}; asks to wait longer than a minute`, error);
        const backoff = firstWaitMs * 2 ** (tried - 1) * (0.5 + Math.random() / 2);
        await clock.sleep(Math.max(backoff, error.waitMs));
      }
    }
  }

  private async tryOnce<T>(path: string, parse: (text: string) => T): Promise<HttpBody<T> | undefined> {
    const { timeoutMs, baseUrl } = this.settings;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${baseUrl.replace(/\/+$/, "")}${path}`, {
        headers: { accept: "application/json" },
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      text = await response.text();
    } catch (error) {
      throw new PassingFailure(reasonOf(error), 0);
    }
    if (response.status === 204) return undefined;
    if (!response.ok) throw this.refusal(path, response);
    try {
      return { text, value: parse(text) };
    } catch {
      throw new PassingFailure("the reply is not the JSON expected");
    }
  }

  private refusal(path: string, { status, headers }: Response): Error {
    if (status < 500 && !PASSING.has(status)) return this.failed(path, `HTTP ${status}`);
    return new PassingFailure(`HTTP ${status}`, this.askedWait(headers.get("retry-after")));
  }

  private failed(path: string, reason: string, cause?: unknown): HttpUnavailable {
    return new HttpUnavailable(`${new URL(this.settings.baseUrl).host}: GET ${path}: ${reason}`, { cause });
  }

  /** `Retry-After`: seconds or a date (RFC 9110, 10.2.3). */
  private askedWait(header: string | null): number {
    if (header === null) return 0;
    if (/^[0-9]+$/.test(header)) return Number(header) * 1000;
    const at = Date.parse(header);
    return Number.isNaN(at) ? 0 : Math.max(0, at - this.settings.clock.now().getTime());
  }
}

/** User and password in an address: fetch repeats the address that it refuses. */
const CREDENTIALS = /\/\/[^/@\s]*@/g;

/** fetch hides the socket's error behind "fetch failed"; its code says what happened. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return "no reply";
  if (error.name === "TimeoutError") return "no reply in time";
  const { cause } = error;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return error.message.replaceAll(CREDENTIALS, "//");
};
