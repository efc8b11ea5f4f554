import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import pg from "pg";
import { z } from "zod";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";
import { findBinaries } from "../../src/infrastructure/postgres/embedded/binaries.js";
import { chooseDisguise, launch } from "../../src/infrastructure/postgres/embedded/run-as.js";
import { findPostmaster } from "../../src/infrastructure/postgres/embedded/server.js";
import { until } from "../support/until.js";

const LOCK_PROGRAM = new URL("../support/lock-process.js", import.meta.url).pathname;
const PROGRAM = new URL("../support/embedded-process.js", import.meta.url).pathname;
const Line = z.object({
  url: z.string().optional(),
  notes: z.array(z.string()).optional(),
  error: z.string().optional(),
  interrupted: z.boolean().optional(),
});
const isRoot = process.geteuid?.() === 0;

const query = async <T>(url: string, text: string): Promise<T[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ value: T }>(text)).rows.map((row) => row.value);
  } finally {
    await client.end();
  }
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
};

const postmasterOf = (folder: string): number =>
  Number(readFileSync(join(folder, "data/postmaster.pid"), "utf8").split("\n")[0]);

/** A process that runs the server of a folder; see `embedded-process.ts`. */
class Runner {
  private constructor(
    readonly child: ChildProcessWithoutNullStreams,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static start(folder: string, options: { uid?: number; PATH?: string; cwd?: string } = {}): Runner {
    const { uid, PATH = process.env["PATH"], cwd = "/" } = options;
    const child = spawn(process.execPath, [PROGRAM, folder], {
      cwd,
      detached: true,
      env: { PATH },
      ...(uid === undefined ? {} : { uid, gid: uid }),
    });
    child.stderr.pipe(process.stderr);
    return new Runner(child, createInterface(child.stdout)[Symbol.asyncIterator]());
  }

  async line(): Promise<z.infer<typeof Line>> {
    const next = await this.lines.next();
    if (next.done) throw new Error("the process said nothing");
    return Line.parse(JSON.parse(next.value));
  }

  async url(): Promise<string> {
    const { url, error } = await this.line();
    if (url === undefined) throw new Error(error);
    return url;
  }

  async stop(): Promise<void> {
    const exit = once(this.child, "exit");
    this.child.stdin.end();
    await exit;
  }

  async kill(): Promise<void> {
    const exit = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await exit;
  }
}

describe("the embedded PostgreSQL", () => {
  let base: string;
  let shared: string;
  before(() => {
    base = mkdtempSync(join(tmpdir(), "taps-embedded-"));
    shared = join(base, "shared");
  });
  after(() => rmSync(base, { recursive: true, force: true }));

  it("starts from nothing, durable and deaf to the network, keeps its data, and stops", async () => {
    const first = await startEmbeddedPostgres({ dataDir: shared });
    await query(first.url, "create table kept as select 42 as value");
    expect(
      await query(
        first.url,
        `select current_setting(name) as value from unnest(array[
          'fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'server_encoding']) name`,
      ),
    ).to.deep.equal(["on", "on", "on", "", "UTF8"]);
    expect(statSync(join(shared, "data")).mode & 0o777).to.equal(0o700);
    const pid = postmasterOf(shared);
    await first.stop();
    await first.stop();
    expect(isAlive(pid)).to.equal(false);

    const second = await startEmbeddedPostgres({ dataDir: shared });
    expect(await query(second.url, "select value from kept")).to.deep.equal([42]);
    await second.stop();
  });

  it("is shared by later processes, and the last one to leave stops it, whoever started it", async () => {
    const starter = Runner.start(shared);
    const url = await starter.url();
    const pid = postmasterOf(shared);
    const [second, third] = [Runner.start(shared), Runner.start(shared)];
    expect(await Promise.all([second.url(), third.url()])).to.deep.equal([url, url]);
    await second.stop();
    await starter.stop();
    expect(await query(url, "select value from kept")).to.deep.equal([42]);
    const here = await startEmbeddedPostgres({ dataDir: shared });
    expect(postmasterOf(shared)).to.equal(pid);
    await third.kill();
    await here.stop();
    expect(isAlive(pid)).to.equal(false);
  });

  it("survives the SIGKILL of its starter, and the next process takes it over and stops it", async () => {
    const starter = Runner.start(shared);
    const url = await starter.url();
    const pid = postmasterOf(shared);
    await starter.kill();
    expect(await query(url, "select value from kept")).to.deep.equal([42]);

    const notes: string[] = [];
    const next = await startEmbeddedPostgres({ dataDir: shared, log: (note) => notes.push(note) });
    expect(notes).to.deep.equal(["took over the embedded PostgreSQL that an earlier run left behind"]);
    expect(postmasterOf(shared)).to.equal(pid);
    await next.stop();
    expect(isAlive(pid)).to.equal(false);
  });

  it("recovers what was committed when starter and server are both killed", async () => {
    const starter = Runner.start(shared);
    const url = await starter.url();
    await query(url, "create table committed as select 7 as value");
    const pid = postmasterOf(shared);
    await starter.kill();
    process.kill(pid, "SIGKILL");
    await until(() => !isAlive(pid));

    const next = await startEmbeddedPostgres({ dataDir: shared });
    expect(await query(next.url, "select value from committed")).to.deep.equal([7]);
    await next.stop();
  });

  it("does not end its starter when it is heard of the server's end after its folder is gone", async () => {
    const folder = join(base, "gone");
    const server = await startEmbeddedPostgres({ dataDir: folder });
    const pid = postmasterOf(folder);
    process.kill(pid, "SIGKILL");
    rmSync(join(folder, "postgres.log"));
    await until(() => !existsSync(`/proc/${pid}`));
    await server.stop();
  });

  it("does not take another program for its server because it has the old one's pid", async () => {
    writeFileSync(
      join(shared, "data/postmaster.pid"),
      [process.pid, join(shared, "data"), 1, 5432, shared, "", "", "ready   ", ""].join("\n"),
    );
    const server = await startEmbeddedPostgres({ dataDir: shared });
    expect(postmasterOf(shared)).not.to.equal(process.pid);
    expect(await query(server.url, "select value from kept")).to.deep.equal([42]);
    await server.stop();
  });

  it("outlives a Ctrl-C until its user leaves", async () => {
    const owner = Runner.start(shared);
    const url = await owner.url();
    const pid = postmasterOf(shared);
    process.kill(-(owner.child.pid ?? 0), "SIGINT");
    expect(await owner.line()).to.deep.equal({ interrupted: true });
    expect(await query(url, "select value from kept")).to.deep.equal([42]);
    await owner.stop();
    expect(isAlive(pid)).to.equal(false);
  });

  it("is one server when several processes start it at the same time, for the first time", async () => {
    const folder = join(base, "race");
    const runners = Array.from({ length: 4 }, () => Runner.start(folder));
    const urls = await Promise.all(runners.map((runner) => runner.url()));
    expect(new Set(urls).size).to.equal(1);
    const pid = postmasterOf(folder);
    for (const runner of runners) {
      expect(isAlive(pid)).to.equal(true);
      await runner.stop();
    }
    expect(isAlive(pid)).to.equal(false);
  });

  it("starts anew for one that comes while the last one leaves", async () => {
    for (let round = 0; round < 4; round += 1) {
      const leaving = await startEmbeddedPostgres({ dataDir: shared });
      const [, coming] = await Promise.all([leaving.stop(), startEmbeddedPostgres({ dataDir: shared })]);
      expect(await query(coming.url, "select value from kept")).to.deep.equal([42]);
      await coming.stop();
    }
  });

  it("is started or stopped by one process at a time, however often they take turns", async function () {
    this.timeout(60_000);
    const [folder, flag] = [join(base, "lock"), join(base, "flag")];
    for (const path of [folder, flag]) mkdirSync(path);
    const overlaps = Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, [LOCK_PROGRAM, folder, "200", flag]);
      child.stderr.pipe(process.stderr);
      return text(child.stdout);
    });
    expect(await Promise.all(overlaps)).to.deep.equal(["0", "0", "0", "0", "0", "0"]);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it("leaves alone the socket's folder of a server that somebody started by hand", async () => {
    const folder = join(base, "by hand");
    await (await startEmbeddedPostgres({ dataDir: folder })).stop();
    const elsewhere = mkdtempSync(join(base, "s"));
    writeFileSync(join(elsewhere, "bystander"), "");
    const binaries = findBinaries();
    const data = join(folder, "data");
    const disguise = await chooseDisguise(binaries, data);
    const { uid, gid } = statSync(data);
    chownSync(elsewhere, uid, gid);
    const settings = ["-c", "listen_addresses=", "-c", `unix_socket_directories=${elsewhere}`];
    const { file, args, options } = launch(disguise, binaries.postgres, ["-D", data, ...settings], data);
    const server = spawn(file, args, { ...options, stdio: "ignore" });
    const exit = once(server, "exit");
    await until(() => findPostmaster(data)?.ready === true);

    const joined = await startEmbeddedPostgres({ dataDir: folder });
    expect(await query(joined.url, "select 1 as value")).to.deep.equal([1]);
    await joined.stop();
    await exit;
    expect(readdirSync(elsewhere)).to.deep.equal(["bystander"]);
  });

  it("works in a folder with a long path, spaces and quotes, given relative to where it is started", async () => {
    const name = `${"it's a 'long' \u017elu\u0165 path ".repeat(5)}/data`;
    const owner = Runner.start(name, { cwd: base });
    expect(await query(await owner.url(), "select 1 as value")).to.deep.equal([1]);
    await owner.stop();
  });

  it("says what is wrong with a damaged data folder", async () => {
    const folder = join(base, "damaged");
    mkdirSync(join(folder, "data"), { recursive: true, mode: 0o700 });
    const error = await startEmbeddedPostgres({ dataDir: folder }).then(undefined, (e: unknown) => e);
    expect(error).to.have.property("name", "EmbeddedPostgresError");
    expect(error).to.have.property("message").that.includes("postgresql.conf");
  });

  it("says what to do when its binaries are missing", () => {
    expect(() => findBinaries("plan9")).to.throw(/plan9-.* is not installed: run "npm ci".*DATABASE_URL/);
  });

  describe("started by root for others", () => {
    before(function () {
      if (!isRoot) this.skip();
      chownSync(base, 0, 0);
    });

    for (const [who, uid] of [
      ["an ordinary user", 65_534],
      ["a user without a name", 54_321],
    ] as const)
      it(`works for ${who}`, async () => {
        const folder = mkdtempSync(join(tmpdir(), "taps-embedded-"));
        chownSync(folder, uid, uid);
        try {
          const owner = Runner.start(join(folder, "own"), { uid });
          expect(await query(await owner.url(), "select 1 as value")).to.deep.equal([1]);
          await owner.stop();
          expect(statSync(join(folder, "own/data/PG_VERSION")).uid).to.equal(uid);

          // Root may run it later; the files stay the user's.
          const root = await startEmbeddedPostgres({ dataDir: join(folder, "own") });
          await query(root.url, "create table by_root as select 1 as value");
          await root.stop();
          const again = Runner.start(join(folder, "own"), { uid });
          expect(await query(await again.url(), "select value from by_root")).to.deep.equal([1]);
          await again.stop();
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      });

    it("works for root where user namespaces are not to be had", async () => {
      const folder = mkdtempSync(join(tmpdir(), "taps-embedded-"));
      try {
        const owner = Runner.start(folder, { PATH: "/nowhere" });
        expect(await query(await owner.url(), "select 1 as value")).to.deep.equal([1]);
        await owner.stop();
        const again = Runner.start(folder);
        expect(await query(await again.url(), "select 1 as value")).to.deep.equal([1]);
        await again.stop();
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
});
