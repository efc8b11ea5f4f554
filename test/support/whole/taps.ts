// The program as people run it: child processes, an environment, what they print.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { until } from "../until.js";

const MAIN = fileURLToPath(new URL("../../../src/main.js", import.meta.url));

export type Environment = Readonly<Record<string, string>>;

/** Of a baker on a simulated node, from its first cycle on, with keys of its own for the wallet. */
export const bakerOn = (url: string, baker: string): Environment => ({
  TEZOS_RPC_URL: url,
  TZKT_URL: url,
  BAKER: baker,
  START_CYCLE: "0",
  WALLET_ENCRYPTION_KEY: randomBytes(32).toString("hex"),
  WALLET_ENCRYPTION_IV: randomBytes(16).toString("hex"),
});

/** Nothing of the tests' own environment reaches it but what finds programs. */
const launch = (env: Environment, args: readonly string[]): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env["PATH"] ?? "", ...env } });

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one command to its end, however it ends. */
export const endOf = async (env: Environment, args: readonly string[], input = ""): Promise<Ended> => {
  const child = launch(env, args);
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: child.exitCode, out, err };
};

/** Runs one command to its end; answers its standard output. Throws unless it ends well. */
export const taps = async (env: Environment, args: readonly string[], input = ""): Promise<string> => {
  const { code, out, err } = await endOf(env, args, input);
  if (code !== 0) throw new Error(`taps ${args.join(" ")} ended with ${code}: ${err}`);
  return out;
};

/** Runs one command whose reader goes away at once. */
export const endUnread = async (env: Environment, args: readonly string[]): Promise<Ended> => {
  const child = launch(env, args);
  child.stdin.end();
  child.stdout.destroy();
  const [err] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { code: child.exitCode, out: "", err };
};

const started = new Set<Running>();

/** Of every test that starts some: what a failed test left running goes with it. */
export const killWhatRuns = async (): Promise<void> => {
  for (const running of started) await running.stop("SIGKILL");
  started.clear();
};

/** A command that goes on until it is told to stop. */
export class Running {
  private readonly lines: string[] = [];
  private complaints = "";

  private constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    private readonly name: string,
  ) {
    createInterface(child.stdout).on("line", (line) => this.lines.push(line));
    child.stderr.on("data", (chunk: Buffer) => (this.complaints += chunk.toString()));
  }

  static start(env: Environment, args: readonly string[]): Running {
    const running = new Running(launch(env, args), `taps ${args.join(" ")}`);
    started.add(running);
    return running;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw this.ended();
    return this.child.pid;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** The first match in what it has printed or will print. Throws if it ends before. */
  prints(pattern: RegExp): Promise<readonly string[]> {
    return this.firstMatch(pattern, () => this.lines.join("\n"));
  }

  /** The first match in what it has logged or will log. Throws if it ends before. */
  logs(pattern: RegExp): Promise<readonly string[]> {
    return this.firstMatch(pattern, () => this.complaints);
  }

  private async firstMatch(pattern: RegExp, said: () => string): Promise<readonly string[]> {
    let match: RegExpExecArray | null = null;
    await until(() => {
      match ??= pattern.exec(said());
      if (match === null && this.hasEnded) throw this.ended();
      return match !== null;
    });
    return match ?? [];
  }

  /** Sends a signal and does not wait for what comes of it. */
  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Resolves once it has ended, however that came: its exit code, null if it was killed, and what it said. */
  async end(): Promise<Ended> {
    if (!this.hasEnded) await once(this.child, "exit");
    return { code: this.child.exitCode, out: this.lines.join("\n"), err: this.complaints };
  }

  /** Throws if it ended by itself. */
  assertAlive(): void {
    if (this.hasEnded) throw this.ended();
  }

  /** Answers the exit code; null for one that was killed. */
  async stop(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): Promise<number | null> {
    if (this.hasEnded) return this.child.exitCode;
    const exited = once(this.child, "exit");
    this.child.kill(signal);
    await exited;
    return this.child.exitCode;
  }

  private ended(): Error {
    return new Error(`${this.name} ended with ${this.child.exitCode}: ${this.complaints}`);
  }
}
