// Counts every call of every port, and lets the process die before or after the effect of one of them.

/** The process dies here. No code of ours may catch it. */
export class Crash extends Error {
  override readonly name = "Crash";
}

export interface CrashPoint {
  /** Number of the call, over all ports, from 0. */
  readonly call: number;
  readonly when: "before" | "after";
}

/** What others do while the process stands still just before one of its calls. */
export interface Interlude {
  readonly call: number;
  readonly run: () => Promise<void>;
}

export class CallGate {
  calls = 0;
  /** Names of the calls, in order; a reference run's are the list of crash points. */
  readonly names: string[] = [];
  private dead = false;

  constructor(
    private readonly point?: CrashPoint,
    private readonly interlude?: Interlude,
  ) {}

  /** Lets others act before the call, if this is the one. */
  async standStill(): Promise<void> {
    if (this.interlude?.call === this.calls) await this.interlude.run();
  }

  enter(name: string): number {
    this.dieIfDead();
    const call = this.calls;
    this.calls += 1;
    this.names.push(name);
    if (this.point?.call === call && this.point.when === "before") this.die();
    return call;
  }

  leave(call: number): void {
    if (this.point?.call === call && this.point.when === "after") this.die();
  }

  private die(): never {
    this.dead = true;
    throw new Crash();
  }

  /** A dead process does nothing more, whatever is still on its stack. */
  private dieIfDead(): void {
    if (this.dead) throw new Crash();
  }
}

async function* gatedItems(
  items: AsyncIterable<unknown>,
  gate: CallGate,
  name: string,
): AsyncIterable<unknown> {
  await gate.standStill();
  const call = gate.enter(name);
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  gate.leave(call);
  yield* all;
}

const gatedCall = async (run: () => Promise<unknown>, gate: CallGate, name: string): Promise<unknown> => {
  await gate.standStill();
  const call = gate.enter(name);
  const result = await run();
  gate.leave(call);
  return result;
};

/** The same port behind the gate. Asynchronous methods only; others pass. */
export const gated = <Port extends object>(
  port: Port,
  name: string,
  gate: CallGate,
  methods: readonly (keyof Port & string)[],
): Port =>
  new Proxy(port, {
    get: (target, key): unknown => {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      const call = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
      const label = methods.find((method) => method === key);
      if (label === undefined) return call;
      return (...args: unknown[]) => {
        if (label === "read" && name === "store")
          return gatedItems(call(...args) as AsyncIterable<unknown>, gate, `${name}.${label}`);
        return gatedCall(async () => call(...args), gate, `${name}.${label}`);
      };
    },
  });
