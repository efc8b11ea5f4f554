// Each line that was seen of a real EventStoreDB 23.10.6 through this client, about appends and reads: the stand-in
// answers the same, and so does the server at EVENTSTORE_TEST_URL if there is one. The names are the lines.
import { randomUUID } from "node:crypto";
import { EventStoreDBClient, NO_STREAM, START, STREAM_EXISTS } from "@eventstore/db-client";
import { expect } from "chai";
import { failureOf, fields, rawEvent, readRaw } from "../support/esdb/raw.js";
import { StandIn, type StandInOptions } from "../support/esdb/stand-in.js";

const onStandIn = (options: StandInOptions) => async () => {
  const server = await StandIn.start(options);
  return { url: server.url, stop: () => server.stop() };
};
const real = process.env["EVENTSTORE_TEST_URL"];
const servers = [
  { name: "the stand-in, by BatchAppend,", start: onStandIn({ appends: "batch" }) },
  { name: "the stand-in, by Append,", start: onStandIn({ appends: "single" }) },
  ...(real === undefined
    ? []
    : [{ name: "the real server", start: async () => ({ url: real, stop: async () => undefined }) }]),
];

for (const { name, start } of servers)
  describe(`${name} as EventStoreDB was seen to be`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let client: EventStoreDBClient;
    let stream: string;
    const [e1, e2, e3] = [rawEvent("1"), rawEvent("2"), rawEvent("3")];
    const append = (
      events: ReturnType<typeof rawEvent>[],
      expectedRevision: bigint | typeof NO_STREAM,
      to = stream,
    ) => client.appendToStream(to, events, { expectedRevision });
    const wrongVersion = (actualVersion: bigint | "no_stream") => ({
      message: "",
      code: undefined,
      type: "wrong-expected-version",
      actualVersion,
    });

    before(async () => {
      server = await start();
      client = EventStoreDBClient.connectionString(server.url);
    });
    after(async () => {
      await client.dispose();
      await server.stop();
    });
    beforeEach(() => {
      stream = `seen-${randomUUID()}`;
    });

    describe("append", () => {
      it("NO_STREAM [e1,e2] on a new stream: revision and position of the last event", async () => {
        const result = await append([e1, e2], NO_STREAM);
        const [first, second] = await readRaw(client, stream);
        expect(result).to.deep.equal({
          success: true,
          nextExpectedRevision: 1n,
          position: second?.event?.position,
        });
        expect(result.position?.commit).to.equal(result.position?.prepare);
        // Positions grow with the bytes of the log, never by one.
        expect(
          (second?.event?.position?.commit ?? 0n) - (first?.event?.position?.commit ?? 0n) > 50n,
        ).to.equal(true);
      });

      it("the same again: success, the original revision and the original position", async () => {
        const result = await append([e1, e2], NO_STREAM);
        await append([e3], 1n);
        expect(await append([e1, e2], NO_STREAM)).to.deep.equal(result);
      });

      it("a prefix again: success, revision 0n, the position of e1", async () => {
        await append([e1, e2], NO_STREAM);
        const [first] = await readRaw(client, stream);
        expect(await append([e1], NO_STREAM)).to.deep.equal({
          success: true,
          nextExpectedRevision: 0n,
          position: first?.event?.position,
        });
      });

      it("longer again: WrongExpectedVersion, actual 1n", async () => {
        await append([e1, e2], NO_STREAM);
        expect(fields(await failureOf(append([e1, e2, e3], NO_STREAM)))).to.deep.equal(wrongVersion(1n));
      });

      it("[e2] at revision 0n when the head is 2: success, revision 1n, position of e2", async () => {
        await append([e1, e2, e3], NO_STREAM);
        const [, second] = await readRaw(client, stream);
        expect(await append([e2], 0n)).to.deep.equal({
          success: true,
          nextExpectedRevision: 1n,
          position: second?.event?.position,
        });
      });

      it("another id at an old revision: WrongExpectedVersion with an empty message", async () => {
        await append([e1, e2], NO_STREAM);
        const error = await failureOf(append([rawEvent()], 0n));
        expect(fields(error)).to.deep.equal(wrongVersion(1n));
        expect(error).to.include({ streamName: stream, expectedVersion: 0n });
      });

      it('exact revision, or STREAM_EXISTS, on a missing stream: actual "no_stream"', async () => {
        expect(fields(await failureOf(append([e1], 0n)))).to.deep.equal(wrongVersion("no_stream"));
        const exists = client.appendToStream(stream, [e1], { expectedRevision: STREAM_EXISTS });
        expect(fields(await failureOf(exists))).to.deep.equal(wrongVersion("no_stream"));
      });

      it("revision ahead of the head: WrongExpectedVersion with the actual head", async () => {
        await append([e1, e2], NO_STREAM);
        expect(fields(await failureOf(append([e3], 9n)))).to.deep.equal(wrongVersion(1n));
      });

      it("the same event id in another stream: success", async () => {
        await append([e1], NO_STREAM);
        expect(await append([e1], NO_STREAM, `${stream}_other`)).to.include({ nextExpectedRevision: 0n });
      });

      it("empty list of events on a missing stream: success, though nothing exists", async () => {
        expect(await append([], NO_STREAM)).to.deep.equal({
          success: true,
          nextExpectedRevision: 0n,
          position: undefined,
        });
        expect(await failureOf(readRaw(client, stream))).to.include({ type: "stream-not-found" });
      });

      it("one event of 1,049,000 B, or a batch of 20 x 60 kB: MaxAppendSizeExceeded", async () => {
        const tooLarge = { type: "maximum-append-size-exceeded", maxAppendSize: 1_048_576 };
        const one = append([rawEvent("x".repeat(1_049_000))], NO_STREAM);
        expect(await failureOf(one)).to.include(tooLarge);
        const batch = Array.from({ length: 20 }, () => rawEvent("x".repeat(60_000)));
        expect(await failureOf(append(batch, NO_STREAM))).to.include(tooLarge);
        const half = Buffer.alloc(550_000);
        const withMetadata = { ...rawEvent(), data: half, metadata: half };
        expect(await failureOf(append([withMetadata], NO_STREAM))).to.include(tooLarge);
        expect(await failureOf(readRaw(client, stream))).to.include({ type: "stream-not-found" });
      });

      it("throwOnAppendFailure: false for a call: throws all the same", async () => {
        await append([e1], NO_STREAM);
        const options = { expectedRevision: NO_STREAM, throwOnAppendFailure: false } as const;
        const error = await failureOf(client.appendToStream(stream, [e2], options));
        expect(fields(error)).to.deep.equal(wrongVersion(0n));
      });

      it("20 clients race at one revision: exactly 1 success, 19 WrongExpectedVersion", async () => {
        const clients = Array.from({ length: 20 }, () => EventStoreDBClient.connectionString(server.url));
        const race = clients.map((each) =>
          each.appendToStream(stream, [rawEvent()], { expectedRevision: NO_STREAM }),
        );
        const results = await Promise.allSettled(race);
        expect(results.filter(({ status }) => status === "fulfilled")).to.have.length(1);
        const failed = results.flatMap((result) =>
          result.status === "rejected" ? [result.reason as Error] : [],
        );
        expect(failed.map(fields)).to.deep.equal(Array.from({ length: 19 }, () => wrongVersion(0n)));
        for (const each of clients) await each.dispose();
      });

      it("NO_STREAM on a soft-deleted stream: success, the revision goes on", async () => {
        await append([e1], NO_STREAM);
        await client.deleteStream(stream);
        expect(await append([e2], NO_STREAM)).to.include({ success: true, nextExpectedRevision: 1n });
        expect((await readRaw(client, stream)).map(({ event }) => event?.revision)).to.deep.equal([1n]);
      });

      it('any append on a tombstoned stream: StreamDeletedError "stream-deleted"', async () => {
        await append([e1], NO_STREAM);
        await client.tombstoneStream(stream);
        expect(await failureOf(append([e2], 0n))).to.include({ type: "stream-deleted", streamName: stream });
      });
    });

    describe("read", () => {
      it("missing or soft-deleted stream: throws StreamNotFoundError on iteration", async () => {
        expect(await failureOf(readRaw(client, stream))).to.include({ type: "stream-not-found" });
        await append([e1], NO_STREAM);
        await client.deleteStream(stream);
        expect(await failureOf(readRaw(client, stream))).to.include({
          type: "stream-not-found",
          streamName: stream,
        });
      });

      it("tombstoned: StreamDeletedError, code 9", async () => {
        await append([e1], NO_STREAM);
        await client.tombstoneStream(stream);
        expect(await failureOf(readRaw(client, stream))).to.include({ type: "stream-deleted", code: 9 });
      });

      it("from beyond the end: empty", async () => {
        await append([e1], NO_STREAM);
        expect(await readRaw(client, stream, { fromRevision: 7n })).to.deep.equal([]);
      });

      it("maxCount 0: UnknownError `Unexpected ReadStreamResult: Error`", async () => {
        await append([e1], NO_STREAM);
        const error = await failureOf(readRaw(client, stream, { maxCount: 0 }));
        expect(error).to.include({ type: "unknown" });
        expect(error.message).to.contain("Unexpected ReadStreamResult: Error");
      });

      it("event.created is a Date, and event.position the append's", async () => {
        const { position } = await append([e1], NO_STREAM);
        const [read] = await readRaw(client, stream);
        expect(read?.event?.created).to.be.instanceOf(Date);
        expect(read?.event?.position).to.deep.equal(position);
      });

      it("readAll ignores a filter: the server's own events come too", async () => {
        await client.setStreamMetadata(stream, { of: "another stream" });
        const fromPosition = (await append([e1], NO_STREAM)).position ?? START;
        await client.setStreamMetadata(stream, { of: "another stream" });
        const options = { fromPosition, filter: { prefixes: [stream] }, maxCount: 2 } as const;
        const types: (string | undefined)[] = [];
        for await (const { event } of client.readAll(options)) types.push(event?.type);
        expect(types).to.deep.equal(["Observed", "$metadata"]);
      });

      it("the whole log forwards begins with the event at the position, backwards before it", async () => {
        const { position } = await append([e1, e2], NO_STREAM);
        if (position === undefined) throw new Error("no position");
        const idsFrom = async (direction: "forwards" | "backwards") => {
          const ids: (string | undefined)[] = [];
          for await (const { event } of client.readAll({ direction, fromPosition: position, maxCount: 1 }))
            ids.push(event?.id);
          return ids;
        };
        expect(await idsFrom("forwards")).to.deep.equal([e2.id]);
        expect(await idsFrom("backwards")).to.deep.equal([e1.id]);
      });

      it("getStreamMetadata of a stream without: `{streamName}` only", async () => {
        await append([e1], NO_STREAM);
        expect(await client.getStreamMetadata(stream)).to.deep.equal({ streamName: stream });
        expect(await readRaw(client, stream, { fromRevision: START })).to.have.length(1);
      });
    });
  });
