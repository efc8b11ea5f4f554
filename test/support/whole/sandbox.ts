// `taps sandbox` as a process of its own, whose chain stands still until it is given a pace.
import { type Environment, Running } from "./taps.js";

export interface SandboxProcess {
  readonly url: string;
  readonly baker: string;
  readonly payer: string;
  readonly secretKey: string;
  /** Puts so many blocks on the head at once. */
  bake(count: number): Promise<void>;
  /** Milliseconds a block. */
  pace(blockTime: number): Promise<void>;
}

const STANDS_STILL = "3600000";

export const startSandboxProcess = async (env: Environment): Promise<SandboxProcess> => {
  const running = Running.start(env, ["sandbox", "--block-time", STANDS_STILL]);
  const printed = /(?<url>http:\S+)\nbaker (?<baker>\w+), wallet (?<payer>\w+) .* key (?<secretKey>\w+) /;
  const [, url = "", baker = "", payer = "", secretKey = ""] = await running.prints(printed);
  const control = async (path: string, body: object): Promise<void> => {
    const { ok, status } = await fetch(`${url}/sandbox/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
    });
    if (!ok) throw new Error(`the sandbox answers ${status}`);
  };
  return {
    url,
    baker,
    payer,
    secretKey,
    bake: (count) => control("bake", { count }),
    pace: (blockTime) => control("pace", { blockTime }),
  };
};
