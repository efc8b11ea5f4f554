import { sha256 } from "../../domain/digest.js";

/** Hexadecimal digits of a hash that make up a number: as many as a number holds exactly. */
const DIGITS = 13;

/** Chance decided by a seed: the n-th answer to one question is the same, whatever else was asked between. */
export class Chance {
  private readonly asked = new Map<string, number>();

  constructor(private readonly seed: number) {}

  happens(question: string, probability: number): boolean {
    const times = this.asked.get(question) ?? 0;
    this.asked.set(question, times + 1);
    const digits = sha256(`${this.seed} ${question} ${times}`).slice(0, DIGITS);
    return Number.parseInt(digits, 16) / 16 ** DIGITS < probability;
  }
}
