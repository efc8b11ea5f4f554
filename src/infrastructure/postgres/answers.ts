// Answers to commands in `ops.answer`.
import { randomUUID } from "node:crypto";
import { type Pool } from "pg";
import { type AskedOnce, type Claim, type KeptAnswers } from "../../application/ports/answers.js";
import { asking } from "./errors.js";

/** Takes a key that is free, or that who claimed it has left behind; else nothing. */
const CLAIM = `
  INSERT INTO ops.answer AS a (caller, key, request, claim, claimed_until, asked_at)
  VALUES ($1, $2, $3, $4, $5, $6)
  ON CONFLICT (caller, key) DO UPDATE SET claim = excluded.claim, claimed_until = excluded.claimed_until
  WHERE a.answer IS NULL AND a.request = excluded.request AND a.claimed_until <= $6
  RETURNING claim`;
const LOOK = "SELECT request, answer FROM ops.answer WHERE caller = $1 AND key = $2";

export class PostgresAnswers implements KeptAnswers {
  constructor(private readonly pool: Pool) {}

  claim({ caller, key, request }: AskedOnce, now: Date, until: Date): Promise<Claim> {
    return asking("claim a key", async () => {
      const claim = randomUUID();
      const claimed = await this.pool.query(CLAIM, [caller, key, request, claim, until, now]);
      if (claimed.rowCount === 1) return { is: "claimed", claim };
      const { rows } = await this.pool.query<{ request: string; answer: string | null }>(LOOK, [caller, key]);
      const [known] = rows;
      if (known !== undefined && known.request !== request) return { is: "reused" };
      // One that is gone was dropped a moment ago: it is under way no more, and may be asked again.
      const answer = known?.answer ?? null;
      return answer === null ? { is: "under-way" } : { is: "answered", answer };
    });
  }

  async keep(claim: string, answer: string): Promise<void> {
    await asking("keep an answer", () =>
      this.pool.query("UPDATE ops.answer SET answer = $2 WHERE claim = $1 AND answer IS NULL", [
        claim,
        answer,
      ]),
    );
  }

  async drop(claim: string): Promise<void> {
    await asking("drop a claim", () =>
      this.pool.query("DELETE FROM ops.answer WHERE claim = $1 AND answer IS NULL", [claim]),
    );
  }

  async forget(before: Date): Promise<void> {
    await asking("forget answers", () =>
      this.pool.query("DELETE FROM ops.answer WHERE asked_at < $1", [before]),
    );
  }
}
