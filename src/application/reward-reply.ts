import { parse } from "lossless-json";
import { type Cycle } from "../domain/identifiers.js";
import { type InputsOutcome, type Parsed, readInputs } from "../domain/reward/inputs.js";
import { type RewardReply } from "./ports/reward-source.js";

const INTEGER = /^-?[0-9]+$/;

/** Parses JSON without passing an integer through a float. Throws SyntaxError, also for a key given twice. */
export const parseReply = (text: string): Parsed =>
  parse(text, undefined, (number) => (INTEGER.test(number) ? BigInt(number) : Number(number))) as Parsed;

/** The cycle's inputs out of a recorded or fresh reply, or why it is not believed; undefined is "no data". */
export const inputsOf = (cycle: Cycle, reply: RewardReply | undefined): InputsOutcome =>
  reply === undefined
    ? { refused: [{ check: "no-data", cycle }] }
    : readInputs(cycle, { ...reply, pages: reply.pages.map(parseReply) });
