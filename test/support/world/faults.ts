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

/** What every call of a port goes through. */
export interface Gate {
  call<T>(name: string, run: () => Promise<T>): Promise<T>;
}

export class CallGate implements Gate {
  calls = 0;
  /** Names of the calls, in order; a reference run's are the list of crash points. */
  readonly names: string[] = [];
  private dead = false;

  constructor(
    private readonly point?: CrashPoint,
    private readonly interlude?: Interlude,
  ) {}

  async call<T>(name: string, run: () => Promise<T>): Promise<T> {
    if (this.interlude?.call === this.calls) await this.interlude.run();
    const call = this.enter(name);
    const result = await run();
    if (this.point?.call === call && this.point.when === "after") this.die();
    return result;
  }

  private enter(name: string): number {
    if (this.dead) throw new Crash();
    const call = this.calls;
    this.calls += 1;
    this.names.push(name);
    if (this.point?.call === call && this.point.when === "before") this.die();
    return call;
  }

  /** A dead process does nothing more, whatever is still on its stack. */
  private die(): never {
    this.dead = true;
    throw new Crash();
  }
}

const collected = async (items: AsyncIterable<unknown>): Promise<unknown[]> => {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
};

async function* gatedItems(items: AsyncIterable<unknown>, gate: Gate, name: string): AsyncIterable<unknown> {
  yield* await gate.call(name, () => collected(items));
}

/** The same port behind the gate. Asynchronous methods only; others pass. */
export const gated = <Port extends object>(
  port: Port,
  name: string,
  gate: Gate,
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
        return gate.call(`${name}.${label}`, async () => call(...args));
      };
    },
  });
