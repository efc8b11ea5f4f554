// The log on the stores that it is moved between.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { copyEvents, eventsOf } from "../../src/application/log/copy.js";
import { exportLog } from "../../src/application/log/export.js";
import { fileEvents } from "../../src/application/log/import.js";
import { lineOf } from "../../src/application/log/lines.js";
import { type EventStore, type RecordedEvent, START } from "../../src/application/ports/event-store.js";
import { verifyExport } from "../../src/application/audit/verify.js";
import { eventReading } from "../../src/infrastructure/eventstore/codec.js";
import { EventStoreDbStore } from "../../src/infrastructure/eventstore/eventstoredb.js";
import { PostgresLog } from "../../src/infrastructure/eventstore/postgres-log.js";
import { readLines, writeLines } from "../../src/infrastructure/log-file.js";
import { type SignedLog, signedLog } from "../support/audit/signed-log.js";
import { StandIn } from "../support/esdb/stand-in.js";
import { collect, newEvents, newStream } from "../support/events.js";
import { freshDatabase, type TestDatabase } from "../support/postgres.js";

const ignore = () => undefined;

async function* textsOf(store: EventStore): AsyncGenerator<string> {
  for await (const line of exportLog(store, { onProgress: ignore })) yield lineOf(line);
}

describe("a log between the stores", () => {
  let log: SignedLog;
  let folder: string;
  let databases: TestDatabase[];
  let stores: EventStore[];
  let server: StandIn;

  const postgres = async (): Promise<PostgresLog> => {
    const database = await freshDatabase();
    const store = new PostgresLog({ url: database.url, applicationName: "copy" });
    databases.push(database);
    stores.push(store);
    return store;
  };
  /** All but the position, which is a store's own. */
  const contentOf = async (store: EventStore) =>
    (await collect(store.readAll({ after: START }))).map(({ position: _, ...event }: RecordedEvent) => event);
  const expected = () => log.events.map(({ position: _, ...event }) => event);
  const copy = (from: EventStore, store: EventStore, inFlight: number) =>
    copyEvents(eventsOf(from), { store, inFlight }, ignore);

  before(async () => {
    log = await signedLog();
    folder = await mkdtemp(join(tmpdir(), "taps-copy-"));
    databases = [];
    stores = [];
    server = await StandIn.start({ appends: "batch" });
  });
  after(async () => {
    for (const store of stores) await store.close();
    for (const database of databases) await database.drop();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it("is the same in PostgreSQL, in EventStoreDB and in PostgreSQL again, times included", async () => {
    const first = await postgres();
    const middle = new EventStoreDbStore({ url: server.url });
    stores.push(middle);
    const last = await postgres();
    await middle.storeId(); // what is not the log's own is left out
    const { root } = await copy(log.world.store, first, 64);
    expect((await copy(first, middle, 1)).root).to.equal(root);
    expect((await copy(middle, last, 64)).root).to.equal(root);
    for (const store of [first, middle, last]) expect(await contentOf(store)).to.deep.equal(expected());
    const again = await copy(first, middle, 1);
    expect(again).to.deep.equal({ size: log.events.length, root, written: 0 });
  });

  it("goes on where it stopped when the events behind are in both", async () => {
    const [from, to] = [await postgres(), await postgres()];
    await copy(log.world.store, from, 64);
    await copyEvents(
      (async function* () {
        for (const event of log.events.slice(0, 31)) yield { event, fraction: 0 };
      })(),
      { store: to, inFlight: 1 },
      ignore,
    );
    expect((await copy(from, to, 64)).written).to.equal(log.events.length - 31);
    expect(await contentOf(to)).to.deep.equal(expected());
  });

  it("goes through a file, compressed or not, and back", async () => {
    const from = await postgres();
    await copy(log.world.store, from, 64);
    const [plain, zipped] = [join(folder, "log.ndjson"), join(folder, "log.ndjson.gz")];
    for (const path of [plain, zipped]) await writeLines(path, textsOf(from));
    expect(gunzipSync(await readFile(zipped)).toString()).to.equal((await readFile(plain)).toString());
    for (const path of [plain, zipped]) {
      const to = await postgres();
      const events = await fileEvents(() => readLines(path), eventReading, ignore);
      await copyEvents(events, { store: to, inFlight: 64 }, ignore);
      expect(await contentOf(to)).to.deep.equal(expected());
    }
  });

  it("is not whole in a file that is cut or damaged, compressed or not", async () => {
    const text = (await collect(textsOf(log.world.store))).map((line) => `${line}\n`).join("");
    const zipped = gzipSync(text);
    const flipped = Buffer.from(zipped);
    flipped[zipped.length >> 1] = (flipped[zipped.length >> 1] ?? 0) ^ 0xff;
    const files: readonly (readonly [string, string | Buffer])[] = [
      ["cut.ndjson", text.slice(0, text.length >> 1)],
      ["empty.ndjson", ""],
      ["cut.ndjson.gz", zipped.subarray(0, zipped.length >> 1)],
      ["flipped.ndjson.gz", flipped],
      ["none.ndjson.gz", text],
    ];
    for (const [name, content] of files) {
      const path = join(folder, name);
      await writeFile(path, content);
      const { findings } = await verifyExport(readLines(path), { reading: eventReading }, ignore);
      expect(findings.length, name).to.equal(1);
    }
    const whole = join(folder, "whole.ndjson");
    await writeFile(whole, text.trimEnd());
    expect((await verifyExport(readLines(whole), { reading: eventReading }, ignore)).findings).to.deep.equal(
      [],
    );
  });

  it("leaves a file as it was when what is written to it does not come to its end", async () => {
    const path = join(folder, "kept.ndjson");
    await writeFile(path, "kept");
    const broken = (async function* () {
      yield "a line";
      throw new Error("the store went away");
    })();
    const error = await writeLines(path, broken).then(undefined, (e: unknown) => e);
    expect(String(error)).to.equal("Error: the store went away");
    expect(await readFile(path, "utf8")).to.equal("kept");
  });

  it("is not copied over another one", async () => {
    const to = await postgres();
    await to.append(newStream(), -1, newEvents(1));
    const error = await copy(log.world.store, to, 64).then(undefined, (e: unknown) => e);
    expect(String(error)).to.match(/^LogDiffers: the log that is copied to holds other events/);
    expect(await collect(to.readAll({ after: START }))).to.have.length(1);
  });
});
