import { ErrorType, isCommandError } from "@eventstore/db-client";
import { StoreUnavailable } from "../../../application/ports/event-store.js";

/** EventStoreDB answered, and asking again will not change it: access denied, a deleted stream and the like. */
export class StoreRefused extends Error {
  override readonly name = "StoreRefused";
  constructor(
    readonly operation: string,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`the event store refused (${operation}): ${reason}`, options);
  }
}

/** Our own timer ran out: the client has none for an append, a read or a subscription. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

/** The error types of the client that say no. All others leave open what happened. */
const REFUSALS: ReadonlySet<string> = new Set([
  ErrorType.ACCESS_DENIED,
  ErrorType.INVALID_ARGUMENT,
  ErrorType.STREAM_DELETED,
  ErrorType.UNSUPPORTED,
]);
/** gRPC codes that say no: invalid argument, permission denied, unimplemented, unauthenticated. */
const REFUSAL_CODES: ReadonlySet<unknown> = new Set([3, 7, 12, 16]);

/** The client's name for an error; undefined for what it passes on as it came, such as code 14 of a first call. */
export const typeOf = (error: unknown): string | undefined =>
  error instanceof Error && isCommandError(error) ? error.type : undefined;

const codeOf = (error: unknown): unknown =>
  error instanceof Error && "code" in error ? error.code : undefined;

const UNAVAILABLE = 14;

/** Whether there was no connection, be it by the client's type or, at a first call, by the code alone. */
export const isUnavailable = (error: unknown): boolean => codeOf(error) === UNAVAILABLE;

/** The reason of a refusal, undefined where the fate of the call is open. */
const refusalOf = (error: unknown): string | undefined => {
  const type = typeOf(error);
  if (type !== undefined && REFUSALS.has(type)) return type;
  const code = codeOf(error);
  return REFUSAL_CODES.has(code) ? `gRPC status ${String(code)}` : undefined;
};

/** An error of the client as the port's callers know it: a refusal, or everything else that is no answer. */
export const toError = (operation: string, error: unknown): StoreRefused | StoreUnavailable => {
  const reason = refusalOf(error);
  return reason === undefined
    ? new StoreUnavailable(operation, { cause: error })
    : new StoreRefused(operation, reason, { cause: error });
};

export const isNotFound = (error: unknown): boolean =>
  error instanceof StoreUnavailable && typeOf(error.cause) === ErrorType.STREAM_NOT_FOUND;

/** Rejects with `NoAnswer` if the work takes longer; the work itself cannot be stopped. */
export const within = async <T>(ms: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(ms)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};
