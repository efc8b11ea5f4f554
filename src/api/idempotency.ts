// The same command again gets the same answer (draft-ietf-httpapi-idempotency-key-header), and is not carried out again.
import { createHash } from "node:crypto";
import { type Principal } from "../application/accounts/authenticate.js";
import { type AskedOnce, type KeptAnswers } from "../application/ports/answers.js";
import { type Clock } from "../application/ports/system.js";
import { Problem } from "./problem.js";

/** A claim that is this old belongs to a process that died: commands go on where they were interrupted. */
const CLAIMED_MS = 120_000;
/** How long an answer is kept. */
const KEPT_MS = 30 * 86_400_000;
const KEY = /^[!-~]{1,255}$/;

const callerOf = ({ user, by }: Principal): string =>
  user?.id ?? ("apiToken" in by ? by.apiToken : by.session);

/** Throws the problem with a key that is missing or none. `asked`: all that the command depends on, as JSON. */
export const askedOnce = (caller: Principal, key: string | undefined, asked: string): AskedOnce => {
  if (key === undefined || !KEY.test(key))
    throw new Problem(
      "idempotency-key-missing",
      "give the command a key of its own, of 1 to 255 visible characters: Idempotency-Key: <uuid>",
    );
  return { caller: callerOf(caller), key, request: createHash("sha256").update(asked).digest("hex") };
};

/** What was carried out keeps its claim, also if its answer cannot be kept now: only what failed is asked for anew. */
const orDropped = async (
  answers: KeptAnswers,
  claim: string,
  work: () => Promise<string>,
): Promise<string> => {
  try {
    return await work();
  } catch (error) {
    await answers.drop(claim);
    throw error;
  }
};

/**
 * Carries a command out, or answers what was answered the first time. Only what was carried out is kept: what was
 * refused, or failed, may be asked again under its key.
 */
export const once = async (
  { answers, clock }: { readonly answers: KeptAnswers; readonly clock: Clock },
  asked: AskedOnce,
  work: () => Promise<string>,
): Promise<{ readonly answer: string; readonly again: boolean }> => {
  const now = clock.now();
  const claim = await answers.claim(asked, now, new Date(now.getTime() + CLAIMED_MS));
  if (claim.is === "answered") return { answer: claim.answer, again: true };
  if (claim.is === "reused")
    throw new Problem("idempotency-key-reused", "this key stands for another command: take a new one");
  if (claim.is === "under-way")
    throw new Problem("idempotency-key-in-use", "this command is being carried out: ask again", {
      headers: { "retry-after": "2" },
    });
  const answer = await orDropped(answers, claim.claim, work);
  await answers.keep(claim.claim, answer);
  await answers.forget(new Date(now.getTime() - KEPT_MS));
  return { answer, again: false };
};
