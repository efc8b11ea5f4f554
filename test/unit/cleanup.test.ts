import { expect } from "chai";
import { cleanUp } from "../../src/cleanup.js";

describe("closing what was opened", () => {
  it("closes all of it, the last first, whichever fails, once, and names what failed", async () => {
    const closed: string[] = [];
    const closing = (name: string, failure?: Error) => async (): Promise<void> => {
      closed.push(name);
      if (failure) throw failure;
    };
    const opened = [
      closing("server"),
      closing("pool", new Error("the pool hangs")),
      closing("chain"),
      closing("file", new Error("no file")),
    ];
    const error: unknown = await cleanUp(opened).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property("message", "no file; the pool hangs");
    expect(closed).to.deep.equal(["file", "chain", "pool", "server"]);
    await cleanUp(opened);
    expect(closed).to.have.length(4);
  });
});
