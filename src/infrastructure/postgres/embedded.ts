// A PostgreSQL server of our own under a data folder, for who has none. Processes share it: the first one starts
// it, the last one to leave stops it. One that dies without leaving does not count.
import { createHash, randomUUID } from "node:crypto";
import { chownSync, existsSync, lstatSync, mkdirSync, realpathSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Binaries, findBinaries, unusable } from "./embedded/binaries.js";
import { EmbeddedPostgresError } from "./embedded/errors.js";
import { isSigned, locked, signIn } from "./embedded/lock.js";
import { chooseDisguise, type Disguise, run } from "./embedded/run-as.js";
import {
  awaitReady,
  findPostmaster,
  type Places,
  startPostmaster,
  stopPostmaster,
} from "./embedded/server.js";

export interface EmbeddedPostgres {
  /** Connection string over a unix socket that only this user (and root) can reach. */
  readonly url: string;
  /** Leaves the server; it stops unless another process uses it. May be called again. */
  stop(): Promise<void>;
}

const USER = "taps";
/** Room for a unix socket's path in the kernel's `sun_path`, the shortest of the systems we know (macOS). */
const SOCKET_PATH_BYTES = 103;

const urlOf = (socket: string): string =>
  `postgresql://${USER}@localhost/postgres?host=${encodeURIComponent(socket)}`;

/** The folder that stands in for a data folder whose path is too long for a socket. */
const shortFolder = (folder: string): string =>
  `/tmp/taps-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;

/** The folder of the socket: the data folder, or a short one of this user's alone when that path is too long. */
const socketFolder = (folder: string, disguise: Disguise): string => {
  if (Buffer.byteLength(join(folder, ".s.PGSQL.5432")) <= SOCKET_PATH_BYTES) return folder;
  const short = shortFolder(folder);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const found = lstatSync(short);
  const isOurs = found.uid === process.geteuid?.() || found.uid === disguise.uid;
  if (!found.isDirectory() || !isOurs || (found.mode & 0o077) !== 0)
    throw new EmbeddedPostgresError(
      `${short} is needed for PostgreSQL's socket, but belongs to somebody else`,
    );
  return short;
};

/** Creates the data directory, whole or not at all. */
const createCluster = async (
  binaries: Binaries,
  disguise: Disguise,
  folder: string,
  data: string,
): Promise<void> => {
  // Each attempt has a name of its own: a killed run's initdb may still be at work.
  for (const name of await readdir(folder))
    if (name.startsWith("draft.")) await rm(join(folder, name), { recursive: true, force: true });
  const draft = join(folder, `draft.${randomUUID()}`);
  const { code, output } = await run(
    disguise,
    binaries.initdb,
    [
      `--pgdata=${draft}`,
      `--username=${USER}`,
      "--auth=trust",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-instructions",
    ],
    folder,
  );
  if (code !== 0) throw unusable(output);
  await rename(draft, data);
};

/** Files of the processes that use the server, without those that died. */
const users = async (folder: string): Promise<string[]> => {
  const present: string[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith("user.")) continue;
    const file = join(folder, name);
    if (await isSigned(file)) present.push(file);
    else await rm(file, { force: true });
  }
  return present;
};

/** The connection string of the folder's server, which is started unless it runs. */
const bringUp = async (folder: string, data: string, log: (message: string) => void): Promise<string> => {
  const running = await awaitReady(data);
  if (running) {
    if ((await users(folder)).length === 0)
      log("took over the embedded PostgreSQL that an earlier run left behind");
    return urlOf(running.socket);
  }
  const binaries = findBinaries();
  const disguise = await chooseDisguise(binaries, data);
  const socket = socketFolder(folder, disguise);
  if (disguise.uid !== undefined && disguise.gid !== undefined)
    for (const path of [folder, socket]) chownSync(path, disguise.uid, disguise.gid);
  if (!existsSync(data)) await createCluster(binaries, disguise, folder, data);
  const places: Places = { data, socket, log: join(folder, "postgres.log") };
  return urlOf((await startPostmaster(binaries, disguise, places)).socket);
};

const leave = async (folder: string, data: string, user: string): Promise<void> => {
  await rm(user, { force: true });
  if ((await users(folder)).length > 0) return;
  const postmaster = findPostmaster(data);
  if (!postmaster) return;
  await stopPostmaster(postmaster);
  // Whoever started the server may have put its socket anywhere: only the folder that was made here goes.
  if (postmaster.socket === shortFolder(folder))
    await rm(postmaster.socket, { recursive: true, force: true });
};

/**
 * Starts PostgreSQL under `dataDir`, or joins those who use the server that runs there. Works from any folder,
 * as root and as an ordinary user. Throws `EmbeddedPostgresError`, which says what to do.
 */
export const startEmbeddedPostgres = async (options: {
  readonly dataDir: string;
  readonly log?: (message: string) => void;
}): Promise<EmbeddedPostgres> => {
  const { dataDir, log = () => undefined } = options;
  mkdirSync(resolve(dataDir), { recursive: true, mode: 0o700 });
  const folder = realpathSync(dataDir);
  const data = join(folder, "data");
  const user = join(folder, `user.${randomUUID()}`);
  const url = await locked(folder, async () => {
    const found = await bringUp(folder, data, log);
    await signIn(user);
    return found;
  });
  let leaving: Promise<void> | undefined;
  return { url, stop: () => (leaving ??= locked(folder, () => leave(folder, data, user))) };
};
