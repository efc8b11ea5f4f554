import { expect } from "chai";
import { z } from "zod";
import { SourceUnavailable } from "../../../../src/application/ports/reward-source.js";
import { TzktReader } from "../../../../src/infrastructure/tezos/tzkt-reader.js";
import { clockAt, failureOf, type FakeNode, startFakeNode } from "./fake-node.js";
import { NOW } from "./recorded.js";

const PATH = "/v1/list";
const rows = z.array(z.object({ id: z.bigint() }));
const list = { path: `${PATH}?of=somebody`, rows, limit: 2, cursor: "offset.cr" };
const ids = (...numbers: readonly number[]) => ({ body: numbers.map((id) => ({ id })) });

describe("TzKT's lists", () => {
  let tzkt: FakeNode;
  beforeEach(async () => {
    tzkt = await startFakeNode({});
  });
  afterEach(() => tzkt.stop());
  const read = () =>
    new TzktReader({ baseUrl: tzkt.url, clock: clockAt(NOW), tries: 2, firstWaitMs: 1 }).all(list);
  const answers = (...replies: readonly ReturnType<typeof ids>[]): void => {
    let asked = 0;
    tzkt.routes[PATH] = () => replies[asked++] ?? { body: [] };
  };

  it("are read page by page, each behind the last row, until one is not full", async () => {
    answers(ids(3, 5), ids(7, 8), ids(9));
    expect((await read()).map(({ id }) => id)).to.deep.equal([3n, 5n, 7n, 8n, 9n]);
    expect(tzkt.asked).to.deep.equal(
      ["", "&offset.cr=5", "&offset.cr=8"].map((cursor) => `GET ${PATH}?of=somebody&limit=2${cursor}`),
    );
  });

  it("are not believed when a page repeats, or is not in order", async () => {
    for (const pages of [[ids(3, 5), ids(3, 5)], [ids(5, 3)]]) {
      answers(...pages);
      expect(await failureOf(read())).to.be.instanceOf(SourceUnavailable);
    }
  });

  it("are not taken for empty when there is no answer", async () => {
    tzkt.routes[PATH] = { status: 204, body: "" };
    expect(await failureOf(read())).to.be.instanceOf(SourceUnavailable);
  });
});
