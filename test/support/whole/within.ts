// Commands that end, within this process: a process of its own for each costs most of a second. What is particular to
// a process (its input, its reader, its signals) is tested with real ones.
import { runTaps } from "../../../src/composition.js";
import { type Ended, type Environment } from "./taps.js";

type Write = typeof process.stdout.write;

/** Keeps what is written to a stream from it, until `release`. */
class Captured {
  text = "";
  private readonly write: Write;

  constructor(private readonly stream: NodeJS.WriteStream) {
    this.write = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array): boolean => {
      this.text += chunk.toString();
      return true;
    };
  }

  release(): void {
    this.stream.write = this.write;
  }
}

const run = async (env: Environment, args: readonly string[]): Promise<Ended> => {
  const [out, err] = [new Captured(process.stdout), new Captured(process.stderr)];
  try {
    const code = await runTaps(args, { ...env });
    return { code, out: out.text, err: err.text };
  } finally {
    out.release();
    err.release();
  }
};

let last: Promise<unknown> = Promise.resolve();

/** Runs one command to its end, however it ends; one at a time, for they share what they print to. */
export const endWithin = (env: Environment, args: readonly string[]): Promise<Ended> => {
  const next = last.then(() => run(env, args));
  last = next.catch(() => undefined);
  return next;
};

/** Runs one command to its end; answers its standard output. Throws unless it ends well. */
export const tapsWithin = async (env: Environment, args: readonly string[]): Promise<string> => {
  const { code, out, err } = await endWithin(env, args);
  if (code !== 0) throw new Error(`taps ${args.join(" ")} ended with ${code}: ${err}`);
  return out;
};
