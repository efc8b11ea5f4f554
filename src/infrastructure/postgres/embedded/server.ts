// One postmaster over one data directory: found, started, stopped.
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Binaries } from "./binaries.js";
import { EmbeddedPostgresError } from "./errors.js";
import { identify, isRunning, type ProcessIdentity } from "./processes.js";
import { type Disguise, launch } from "./run-as.js";

const POLL_MS = 20;
const START_MS = 60_000;
/** A fast shutdown writes a checkpoint; after this time the write-ahead log must do. */
const FAST_STOP_MS = 20_000;

export interface Places {
  /** PostgreSQL's data directory. */
  readonly data: string;
  /** Folder of its socket. */
  readonly socket: string;
  readonly log: string;
}

export interface Postmaster {
  readonly identity: ProcessIdentity;
  readonly ready: boolean;
  /** Folder of its socket. */
  readonly socket: string;
}

/** PostgreSQL's own lock file: 1 pid, 5 socket folder, 8 status. */
const readPidFile = (data: string): { pid: number; socket: string; status: string } | undefined => {
  let text;
  try {
    text = readFileSync(`${data}/postmaster.pid`, "utf8");
  } catch {
    return undefined;
  }
  const lines = text.split("\n");
  return { pid: Number(lines[0]), socket: lines[4] ?? "", status: (lines[7] ?? "").trim() };
};

/** A postmaster works in its data directory; where that cannot be seen, the pid must do. */
const worksIn = (pid: number, data: string): boolean => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(data);
  } catch {
    return true;
  }
};

/** The server that runs on this data directory, whoever started it. */
export const findPostmaster = (data: string): Postmaster | undefined => {
  const file = readPidFile(data);
  if (!file) return undefined;
  const identity = identify(file.pid);
  if (!identity || !worksIn(file.pid, data)) return undefined;
  return { identity, ready: file.status === "ready", socket: file.socket };
};

/** A postmaster that waits for its dead predecessor's backends to leave says this. */
const PREDECESSOR = "pre-existing shared memory block";
const PREDECESSOR_MS = 10_000;

const settings = (places: Places): string[] =>
  Object.entries({
    listen_addresses: "",
    unix_socket_directories: places.socket,
    unix_socket_permissions: "0700",
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",
    timezone: "UTC",
    log_timezone: "UTC",
    log_checkpoints: "off",
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);

/** Starts a postmaster and waits until it takes connections; its last words if it did not come up. */
const tryStart = async (
  binaries: Binaries,
  disguise: Disguise,
  places: Places,
): Promise<Postmaster | string> => {
  if (existsSync(places.log)) renameSync(places.log, `${places.log}.1`);
  const log = openSync(places.log, "a", 0o600);
  const args = ["-D", places.data, ...settings(places)];
  const command = launch(disguise, binaries.postgres, args, places.data);
  const child = spawn(command.file, command.args, { ...command.options, stdio: ["ignore", log, log] });
  closeSync(log);
  let gone: string | undefined;
  child.on("error", (error) => (gone = error.message));
  const takeLastWords = () => (gone = readFileSync(places.log, "utf8").trim());
  child.on("exit", takeLastWords);
  child.unref();
  for (const deadline = Date.now() + START_MS; gone === undefined; await sleep(POLL_MS)) {
    const found = findPostmaster(places.data);
    if (found?.ready && found.identity.pid === child.pid) {
      // Whoever stops it may have removed its folder before its exit is heard of.
      child.off("exit", takeLastWords);
      return found;
    }
    if (Date.now() > deadline) {
      child.kill("SIGQUIT");
      return `not ready after ${START_MS / 1000} s`;
    }
  }
  return gone;
};

/** Starts the server. Its data directory must exist and no other server run on it. */
export const startPostmaster = async (
  binaries: Binaries,
  disguise: Disguise,
  places: Places,
): Promise<Postmaster> => {
  unlock(places);
  for (const deadline = Date.now() + PREDECESSOR_MS; ; await sleep(100)) {
    const started = await tryStart(binaries, disguise, places);
    if (typeof started !== "string") return started;
    if (!started.includes(PREDECESSOR) || Date.now() > deadline)
      throw new EmbeddedPostgresError(
        `the embedded PostgreSQL in ${places.data} does not start: ${started.split("\n").slice(-5).join(" | ")}`,
      );
  }
};

/** Above any system's highest pid. */
const NO_PID = 2_147_483_646;

/**
 * Lock files of a server that is dead stop PostgreSQL if their pid is another program's by now, or a zombie's.
 * The pid is taken out, the rest stays: by it PostgreSQL waits for backends that outlived their postmaster.
 */
const unlock = ({ data, socket }: Places): void => {
  const path = `${data}/postmaster.pid`;
  if (existsSync(path)) writeFileSync(path, readFileSync(path, "utf8").replace(/^\d+/, String(NO_PID)));
  rmSync(`${socket}/.s.PGSQL.5432.lock`, { force: true });
};

/** Waits until a server that was found takes connections; undefined if it went away instead. */
export const awaitReady = async (data: string): Promise<Postmaster | undefined> => {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(POLL_MS)) {
    const found = findPostmaster(data);
    if (!found || found.ready) return found;
  }
  throw new EmbeddedPostgresError(`the embedded PostgreSQL in ${data} hangs`);
};

const signal = (server: ProcessIdentity, name: NodeJS.Signals): void => {
  if (isRunning(server)) process.kill(server.pid, name);
};

/** Ends a server in an orderly way: open transactions are rolled back, the rest is checkpointed. */
export const stopPostmaster = async ({ identity }: Postmaster): Promise<void> => {
  signal(identity, "SIGINT");
  for (const deadline = Date.now() + FAST_STOP_MS; isRunning(identity); await sleep(POLL_MS))
    if (Date.now() > deadline) signal(identity, "SIGQUIT");
};
