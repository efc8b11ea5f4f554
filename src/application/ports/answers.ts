// Answers to commands, kept by the key that their caller gave them (draft-ietf-httpapi-idempotency-key-header).

export interface AskedOnce {
  /** UUID of the account, or of a token of nobody's. */
  readonly caller: string;
  /** The caller's own, 1 to 255 characters. */
  readonly key: string;
  /** SHA-256 of all that was asked, hexadecimal. */
  readonly request: string;
}

export type Claim =
  /** Nobody has answered it: whoever claims it carries it out, and keeps or drops the claim. */
  | { readonly is: "claimed"; readonly claim: string }
  | { readonly is: "answered"; readonly answer: string }
  /** Somebody is carrying it out right now. */
  | { readonly is: "under-way" }
  /** The key stands for another command. */
  | { readonly is: "reused" };

/** All times come from the caller. */
export interface KeptAnswers {
  /** One that was claimed and not answered until its time may be claimed again: who claimed it has died. */
  claim(asked: AskedOnce, now: Date, until: Date): Promise<Claim>;
  /** Keeps the answer of a claim, unless another has been made since. */
  keep(claim: string, answer: string): Promise<void>;
  /** Nothing was done: the key may be used again. */
  drop(claim: string): Promise<void>;
  /** Removes what was asked before a time. */
  forget(before: Date): Promise<void>;
}
