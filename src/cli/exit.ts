import { CommanderError } from "commander";
import { ActRefused } from "../application/commands/acts.js";
import { BadCheckpoint } from "../application/audit/kept.js";
import { ProofFails } from "../application/audit/leaves.js";
import { NotProvable } from "../application/audit/prove.js";
import { LogDiffers } from "../application/log/copy.js";
import { BadPolicy } from "../application/commands/policy.js";
import { ChainUnavailable, SignerUnavailable } from "../application/ports/chain.js";
import { UnreadableEvent } from "../application/ports/event-log.js";
import { StoreUnavailable } from "../application/ports/event-store.js";
import { ReadModelRefused } from "../application/ports/read-models.js";
import { UnreadableRecords } from "../application/ports/payout-records.js";
import { SourceUnavailable } from "../application/ports/reward-source.js";
import { OtherChain } from "../application/replay/chain.js";
import { ConfigError } from "../config.js";

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

const REFUSED = [ActRefused, ReadModelRefused, OtherChain, LogDiffers, NotProvable, BadCheckpoint];
const EXPLAINED = [ConfigError, ProofFails, UnreadableEvent];
const UNREACHABLE = [ChainUnavailable, StoreUnavailable, SourceUnavailable, SignerUnavailable];

/**
 * Exit code and message of whatever a command threw. `isExplained`: the message says all; anything else is a defect
 * and keeps its stack.
 */
export const endOf = (
  error: unknown,
  isExplained: (error: unknown) => boolean,
): { readonly code: number; readonly message: string } => {
  if (error instanceof CommandEnd) return error;
  if (error instanceof CommanderError)
    return { code: error.exitCode === 0 ? EXIT.done : EXIT.usage, message: "" };
  if (!(error instanceof Error)) return { code: EXIT.failed, message: String(error) };
  const { message } = error;
  if (error instanceof BadPolicy || error instanceof UnreadableRecords) return { code: EXIT.usage, message };
  if (REFUSED.some((kind) => error instanceof kind)) return { code: EXIT.refused, message };
  if (UNREACHABLE.some((kind) => error instanceof kind)) return { code: EXIT.unreachable, message };
  if (EXPLAINED.some((kind) => error instanceof kind) || isExplained(error))
    return { code: EXIT.failed, message };
  return { code: EXIT.failed, message: error.stack ?? message };
};
