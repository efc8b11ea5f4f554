// What happens now, over real HTTP, from a log in a real PostgreSQL.
import { connect } from "node:net";
import { expect } from "chai";
import { liveEvent } from "../../../src/api/live/frame.js";
import { NO_STREAM, type Position, START } from "../../../src/application/ports/event-store.js";
import { type Role } from "../../../src/application/ports/accounts.js";
import { PASSWORD } from "../../support/accounts.js";
import { answered } from "../../support/api/answered.js";
import { EventStream } from "../../support/api/event-stream.js";
import { serveHistory, type ServedHistory } from "../../support/api/served-history.js";
import { collect, newEvents, newStream } from "../../support/events.js";
import { until } from "../../support/until.js";

describe("server-sent events", function () {
  this.timeout(60_000);
  let served: ServedHistory;
  const streams: EventStream[] = [];
  before(async () => {
    served = await serveHistory();
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.leave();
    expect(served.reports).to.deep.equal([]);
  });
  after(() => served.close());

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const listen = async (query = "", headers: Record<string, string> = {}, token = served.tokens.viewer) => {
    const stream = await EventStream.open(served.port, `/events${query}`, { ...bearer(token), ...headers });
    streams.push(stream);
    return stream;
  };
  const append = (count: number, stream = newStream()) =>
    served.store.append(stream, NO_STREAM, newEvents(count));
  const ids = async (after: Position) =>
    (await collect(served.store.readAll({ after }))).map(({ position }) => position.toString());
  const asked = (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(`http://127.0.0.1:${served.port}/api/v1${path}`, { method, headers });

  it("tell each event of the log as it was recorded, in order, whatever the browser accepts", async () => {
    const recorded = await collect(served.store.readAll({ after: START }));
    const stream = await listen("?after=-1", { "accept-encoding": "gzip" });
    expect([
      stream.response.statusCode,
      stream.response.headers["content-type"],
      stream.response.headers["cache-control"],
      stream.response.headers["content-encoding"],
    ]).to.deep.equal([200, "text/event-stream; charset=utf-8", "no-store, no-transform", undefined]);
    await stream.has(recorded.length);
    expect(stream.blocks[0]).to.deep.equal({ id: "-1", event: undefined, data: undefined, retry: "3000" });
    expect(
      stream.events.map(({ id, event, data }) => ({ id, event, data: JSON.parse(data ?? "") as unknown })),
    ).to.deep.equal(
      recorded.map(({ position, stream, revision, id, type, data, metadata: { actor }, recordedAt }) => ({
        id: position.toString(),
        event: type,
        data: {
          ...{ position: position.toString(), stream, revision, id, type, data: JSON.parse(data) as unknown },
          ...{ actor, recordedAt: recordedAt.toISOString() },
        },
      })),
    );
    expect(Object.keys(liveEvent.shape)).to.deep.equal(
      Object.keys(JSON.parse(stream.events[0]?.data ?? "") as object),
    );
  });

  it("reach many listeners, and Node takes them for no leak", async () => {
    const warnings: Error[] = [];
    const keep = (warning: Error): void => void warnings.push(warning);
    process.on("warning", keep);
    await Promise.all(Array.from({ length: 20 }, () => listen()));
    await append(1);
    await Promise.all(streams.map((stream) => stream.has(1)));
    process.off("warning", keep);
    expect(warnings).to.deep.equal([]);
  });

  it("begin at the head, and say where that is before anything has happened", async () => {
    const head = await served.store.head();
    const stream = await listen();
    await until(() => stream.blocks.length === 1);
    expect(stream.blocks[0]?.id).to.equal(head.toString());
    await append(2);
    await stream.has(2);
    expect(stream.ids).to.deep.equal(await ids(head));
    // What this release cannot read is told of all the same.
    expect(
      stream.events.map(({ event, data }) => [event, (JSON.parse(data ?? "") as { data: unknown }).data]),
    ).to.deep.equal([
      ["ContractTested", null],
      ["ContractTested", null],
    ]);
  });

  it("go on after the last one that was heard, without a gap or a repetition, while others append", async () => {
    const after = await served.store.head();
    const writing = (async () => {
      for (let n = 0; n < 60; n += 1) await append(1 + (n % 4));
    })();
    const heard: string[] = [];
    let isWritten = false;
    void writing.then(() => (isWritten = true));
    for (let n = 0; ; n += 1) {
      const last = heard.at(-1) ?? after.toString();
      // The header is what browsers send when they come back, to the address that they began with.
      const stream =
        n % 2 === 0 ? await listen(`?after=${last}`) : await listen("?after=0", { "last-event-id": last });
      await until(
        async () =>
          stream.events.length > n ||
          (isWritten && (stream.ids.at(-1) ?? last) === (await served.store.head()).toString()),
      );
      stream.leave();
      heard.push(...stream.ids);
      if (isWritten && heard.at(-1) === (await served.store.head()).toString()) break;
    }
    await writing;
    expect(heard).to.deep.equal(await ids(after));
  });

  it("can be of some types, or of one stream", async () => {
    const recorded = await collect(served.store.readAll({ after: START }));
    const [first] = recorded;
    const types = ["CycleOpened", "WalletPaused"];
    const some = await listen(`?after=-1&types=${types.join(",")}`);
    const expected = recorded.filter(({ type }) => types.includes(type));
    await some.has(expected.length);
    const one = await listen(`?after=-1&stream=${first?.stream}`);
    const ofOne = recorded.filter(({ stream }) => stream === first?.stream);
    await one.has(ofOne.length);
    await append(1);
    expect(some.ids).to.deep.equal(expected.map(({ position }) => position.toString()));
    expect(one.ids).to.deep.equal(ofOne.map(({ position }) => position.toString()));
    expect([expected.length > 0, ofOne.length > 0]).to.deep.equal([true, true]);
  });

  it("are for who shows a token, and begin where the log has been", async () => {
    const refusal = async (path: string, token: string, headers: Record<string, string> = {}) => {
      const { status, body } = await answered(asked(path, { ...bearer(token), ...headers }));
      return [status, body["type"]];
    };
    const { viewer, nobody } = served.tokens;
    expect(await refusal("/events", nobody)).to.deep.equal([401, "/api/problems/unauthenticated"]);
    const invalid = [400, "/api/problems/invalid"];
    for (const query of ["after=x", "after=-2", "after=1.5", "types=", "types=a,,b", "types=a%0a"])
      expect(await refusal(`/events?${query}`, viewer), query).to.deep.equal(invalid);
    expect(await refusal("/events", viewer, { "last-event-id": "0x1" })).to.deep.equal(invalid);
    const beyond = `${(await served.store.head()) + 1n}`;
    for (const place of [beyond, "9999999999999999999"])
      expect(await refusal(`/events?after=${place}`, viewer)).to.deep.equal([
        400,
        "/api/problems/ahead-of-log",
      ]);
    const head = await asked("/events", bearer(viewer), "HEAD");
    expect([head.status, head.headers.get("content-type")]).to.deep.equal([
      200,
      "text/event-stream; charset=utf-8",
    ]);
  });

  it("say every 15 seconds that the connection lives, and where it stands", async () => {
    const stream = await listen();
    await until(() => stream.blocks.length === 1);
    for (let n = 2; n <= 3; n += 1) {
      await until(() => served.apiClock.waitingFor(15_000) > 0);
      served.apiClock.advance(15_000);
      await until(() => stream.blocks.length === n);
    }
    const { id } = stream.blocks[0] ?? {};
    expect(stream.blocks.slice(1)).to.deep.equal([1, 2].map(() => ({ ...NOTHING, id })));
  });

  const NOTHING = { id: undefined, event: undefined, data: undefined, retry: undefined };

  it("end within a minute for a session that was ended, also while events come", async () => {
    const post = (path: string, body: unknown) =>
      answered(
        fetch(`http://127.0.0.1:${served.port}/api/v1${path}`, {
          ...{ method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } },
        }),
      );
    const role: Role = "operator";
    const { accessToken, refreshToken } = (await post("/auth/login", { username: role, password: PASSWORD }))
      .body;
    const [ending, staying] = [
      await listen("", {}, String(accessToken)),
      await listen("", {}, served.tokens.operator),
    ];
    for (const stream of [ending, staying]) await until(() => stream.blocks.length === 1);
    expect((await post("/auth/logout", { refreshToken })).status).to.equal(204);
    served.apiClock.advance(59_000);
    await append(1);
    await staying.has(1);
    served.apiClock.advance(1_000);
    await append(1);
    await Promise.all([ending.ends(), staying.has(2)]);
    expect(ending.response.complete).to.equal(true);
    expect(staying.isOver).to.equal(false);
    expect(ending.events.length).to.be.at.most(1); // not all listeners are looked at in the same moment
  });

  it("cut off who takes nothing for 30 seconds, and hold nobody else up", async () => {
    const quick = await listen();
    await until(() => quick.blocks.length === 1);
    const socket = connect(served.port, "127.0.0.1").pause();
    const { viewer } = served.tokens;
    socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${viewer}\r\n\r\n`);
    await until(() => served.apiClock.waitingFor(15_000) >= 2);
    const big = JSON.stringify({ text: "x".repeat(100_000) });
    const events = () => newEvents(8).map((event) => ({ ...event, type: "CycleSettled", data: big }));
    for (let n = 0; n < 25; n += 1) await served.store.append(newStream(), NO_STREAM, events());
    await quick.has(200);
    await until(() => served.apiClock.waitingFor(30_000) === 1);
    served.apiClock.advance(30_000);
    let taken = 0;
    socket.on("data", (part) => (taken += part.length)).resume();
    socket.on("error", () => undefined);
    await until(() => socket.destroyed);
    expect(taken)
      .to.be.above(0)
      .and.below(200 * big.length);
    await append(1);
    await quick.has(201);
  });
});
