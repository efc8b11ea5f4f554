// `taps start` under a supervisor, as in production: whenever it ends, it is started again.
import { until } from "../until.js";
import { type Ended, type Environment, Running } from "./taps.js";

const UNREACHABLE = 4;

export class Supervised {
  private running: Running;
  /** Signals that the process has got that runs now. */
  private readonly told = new Set<NodeJS.Signals>();
  private readonly watching: Promise<void>;
  private isWanted = true;
  private failure: Error | undefined;

  constructor(
    private readonly env: Environment,
    private readonly tell: (line: string) => void,
  ) {
    this.running = Running.start(env, ["start"]);
    this.watching = this.watch();
  }

  /** Sends a signal to the process, or to the next one as soon as it is there. */
  async signal(name: NodeJS.Signals): Promise<void> {
    await until(() => !this.running.hasEnded || !this.isWanted || this.failure !== undefined);
    this.told.add(name);
    this.running.signal(name);
  }

  /** Throws if a process has ended that should not have. */
  assertWell(): void {
    if (this.failure) throw this.failure;
  }

  /** Starts it no more. */
  abandon(): void {
    this.isWanted = false;
  }

  /** Tells it to stop and starts it no more; answers its exit code. */
  async stop(): Promise<number | null> {
    this.abandon();
    await this.signal("SIGTERM");
    await this.watching;
    this.assertWell();
    return (await this.running.end()).code;
  }

  private async watch(): Promise<void> {
    for (;;) {
      const ended = await this.running.end();
      const { code, err } = ended;
      this.tell(`ended with ${code ?? "a signal"} ${code === 0 ? "" : err.trim().split("\n").at(-1)}`);
      if (!this.mayEnd(ended)) this.failure = new Error(`a process ended with ${code}: ${err}`);
      if (!this.isWanted || this.failure) return;
      this.told.clear();
      this.running = Running.start(this.env, ["start"]);
    }
  }

  /** Told to, or while it starts for want of something; a process that runs waits for what is unavailable. */
  private mayEnd({ code, err }: Ended): boolean {
    const isTold = this.told.has("SIGTERM");
    if (code === null) return isTold || this.told.has("SIGKILL");
    if (code === UNREACHABLE) return isTold || !err.includes('"message":"unavailable"');
    return code === 0 && isTold;
  }
}
