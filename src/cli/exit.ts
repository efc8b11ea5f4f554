import { CommanderError } from "commander";
import { ActRefused } from "../application/commands/acts.js";
import { BadPolicy } from "../application/commands/policy.js";
import { ChainUnavailable, SignerUnavailable } from "../application/ports/chain.js";
import { StoreUnavailable } from "../application/ports/event-store.js";
import { SourceUnavailable } from "../application/ports/reward-source.js";

/** What a command ends with. */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, unreachable: 4 } as const;

/** A command ends with this code and message, without being a defect. */
export class CommandEnd extends Error {
  override readonly name = "CommandEnd";
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

const isUnreachable = (error: unknown): error is Error =>
  error instanceof ChainUnavailable ||
  error instanceof StoreUnavailable ||
  error instanceof SourceUnavailable ||
  error instanceof SignerUnavailable;

/** Exit code and message of whatever a command threw. A defect keeps its stack. */
export const endOf = (error: unknown): { readonly code: number; readonly message: string } => {
  if (error instanceof CommandEnd) return error;
  if (error instanceof CommanderError)
    return { code: error.exitCode === 0 ? EXIT.done : EXIT.usage, message: "" };
  if (error instanceof BadPolicy) return { code: EXIT.usage, message: error.message };
  if (error instanceof ActRefused) return { code: EXIT.refused, message: error.message };
  if (isUnreachable(error)) return { code: EXIT.unreachable, message: error.message };
  const known = error instanceof Error && KNOWN_FAILURES.has(error.name);
  const message =
    error instanceof Error ? (known ? error.message : (error.stack ?? error.message)) : String(error);
  return { code: EXIT.failed, message };
};

/** Failures whose message says all; told by name, for the adapters are not known here. */
const KNOWN_FAILURES = new Set([
  "ConfigError",
  "WrongWalletKey",
  "WeakWalletKey",
  "UnusableSecret",
  "EmbeddedPostgresError",
  "MigrationError",
  "MissingConstant",
  "ChainInUse",
  "SetupError",
]);
