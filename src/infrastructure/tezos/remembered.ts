/** Answers that never change: each is asked for once, and so many of the newest are kept. */
export class Remembered<Key, Answer> {
  private readonly answers = new Map<Key, Answer>();

  constructor(private readonly most: number) {}

  async get(key: Key, ask: () => Promise<Answer>): Promise<Answer> {
    const known = this.answers.get(key);
    if (known !== undefined) return known;
    const answer = await ask();
    this.set(key, answer);
    return answer;
  }

  set(key: Key, answer: Answer): void {
    this.answers.set(key, answer);
    const [oldest] = this.answers.keys();
    if (this.answers.size > this.most && oldest !== undefined) this.answers.delete(oldest);
  }
}
