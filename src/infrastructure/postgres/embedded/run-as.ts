// PostgreSQL refuses to run as root, and initdb to run as a user without a name. Both are got around here.
import { spawn } from "node:child_process";
import { statSync } from "node:fs";
import { userInfo } from "node:os";
import { type Binaries, unusable } from "./binaries.js";

/** How the server's programs are started. */
export interface Disguise {
  /** Command that runs the program given after it. */
  readonly prefix: readonly string[];
  /** Another user to run as; the data belong to that user. */
  readonly uid?: number;
  readonly gid?: number;
}

/** Every system has it, and its name is all that is needed. */
const NOBODY = 65_534;
const NONE: Disguise = { prefix: [] };
/** In a user namespace of its own the process is "nobody", while its files stay those of the real user. */
const NAMESPACE: Disguise = {
  prefix: ["unshare", "--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`],
};

const environment = { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC" };

export interface Launch {
  readonly file: string;
  readonly args: string[];
  readonly options: {
    readonly uid?: number;
    readonly gid?: number;
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly detached: true;
  };
}

/** Arguments for `spawn`; detached, so that a Ctrl-C meant for this process does not reach the server. */
export const launch = (disguise: Disguise, program: string, args: readonly string[], cwd: string): Launch => {
  const [file = program, ...rest] = [...disguise.prefix, program, ...args];
  const { uid, gid } = disguise;
  return {
    file,
    args: rest,
    options: {
      cwd,
      env: environment,
      detached: true,
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    },
  };
};

/** Runs a program to its end; answers its exit code and all that it wrote. */
export const run = (
  disguise: Disguise,
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number | undefined; output: string }> =>
  new Promise((resolve) => {
    const { file, args: rest, options } = launch(disguise, program, args, cwd);
    const child = spawn(file, rest, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", (error) => resolve({ code: undefined, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? undefined, output }));
  });

const hasName = (): boolean => {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
};

/** Disguises that could do, best first. Existing data stay with the user they belong to. */
const candidates = (existing: { uid: number; gid: number } | undefined): Disguise[] => {
  if (process.geteuid?.() !== 0) return hasName() || existing ? [NONE] : [NAMESPACE];
  if (existing && existing.uid !== 0) return [{ prefix: [], uid: existing.uid, gid: existing.gid }];
  return existing ? [NAMESPACE] : [NAMESPACE, { prefix: [], uid: NOBODY, gid: NOBODY }];
};

/** Finds the way in which the server's binaries run here. `data` is its data directory, if it exists. */
export const chooseDisguise = async (binaries: Binaries, data: string): Promise<Disguise> => {
  let failure = "";
  for (const disguise of candidates(statSync(data, { throwIfNoEntry: false }))) {
    const { code, output } = await run(disguise, binaries.postgres, ["--version"], "/");
    if (code === 0) return disguise;
    failure = output;
  }
  throw unusable(failure);
};
