import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { report, type AppendFault, type Command } from "./control.js";

export interface StandInOptions {
  /** Whether the server offers BatchAppend, as it does since 21.10, or only Append. */
  readonly appends?: "batch" | "single";
  /** Time between SIGTERM and the end; the real server takes 5 s. */
  readonly shutdownMs?: number;
}

const SERVER = fileURLToPath(new URL("./server.js", import.meta.url));

/**
 * An EventStoreDB of our own: a process with its log on disk that behaves as 23.10.6 was seen to behave, and
 * misbehaves on demand.
 */
export class StandIn {
  private commands = 0;

  private constructor(
    private readonly folder: string,
    private readonly options: StandInOptions,
    private process: ChildProcess,
    readonly port: number,
  ) {}

  static async start(options: StandInOptions = {}): Promise<StandIn> {
    const folder = await mkdtemp(join(tmpdir(), "taps-esdb-"));
    const { process, port } = await launch(folder, 0, options);
    return new StandIn(folder, options, process, port);
  }

  get url(): string {
    return `esdb://127.0.0.1:${this.port}?tls=false`;
  }

  /** SIGKILL, with whatever is in flight. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** SIGTERM; answers the exit code. */
  async terminate(): Promise<number | null> {
    return this.end("SIGTERM");
  }

  /** Starts again on the same port with the same log. */
  async restart(): Promise<void> {
    ({ process: this.process } = await launch(this.folder, this.port, this.options));
  }

  /** The process stands still: connections stay open and nothing is answered. */
  hang(): void {
    this.process.kill("SIGSTOP");
  }

  resume(): void {
    this.process.kill("SIGCONT");
  }

  /** What the next appends meet. */
  async faultAppends(fault: Partial<AppendFault>, times = 1): Promise<void> {
    await this.tell({
      do: "fault-appends",
      fault: { delayMs: 0, lands: true, answer: "sent", ...fault },
      times,
    });
  }

  /** Resolves when so many appends have met the fault given last. */
  async appendsSeen(count: number): Promise<void> {
    await this.tell({ do: "await-faulted", count });
  }

  /** Resolves when the server has done it. */
  async tell(command: Command): Promise<void> {
    const id = (this.commands += 1);
    const done = new Promise<void>((resolve) => {
      const listen = (message: unknown) => {
        const { data } = report.safeParse(message);
        if (data === undefined || !("done" in data) || data.done !== id) return;
        this.process.off("message", listen);
        resolve();
      };
      this.process.on("message", listen);
    });
    this.process.send({ id, command });
    await done;
  }

  /** Resolves when the process has ended by itself. */
  async stopped(): Promise<void> {
    if (!this.hasEnded()) await once(this.process, "exit");
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true });
  }

  private async end(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    if (this.hasEnded()) return this.process.exitCode;
    const exited = once(this.process, "exit");
    this.process.kill(signal);
    await exited;
    return this.process.exitCode;
  }

  private hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }
}

const launch = async (folder: string, port: number, options: StandInOptions) => {
  const { appends = "batch", shutdownMs = 5000 } = options;
  const process = fork(SERVER, [folder, port.toString(), appends, shutdownMs.toString()]);
  const first: unknown[] = await once(process, "message");
  const { data } = report.safeParse(first[0]);
  if (data === undefined || !("listening" in data)) throw new Error("the stand-in did not start");
  return { process, port: data.listening };
};
