import { expect } from "chai";
import { StoreUnavailable } from "../../../../src/application/ports/event-store.js";

const saidOf = (cause: unknown): string => new StoreUnavailable("append", { cause }).message;

describe("a store that does not answer", () => {
  const silent = "the event store did not answer (append)";

  it("says why, by its client's own code or words", () => {
    expect(saidOf(Object.assign(new Error("connect 10.0.0.1"), { code: "ECONNREFUSED" }))).to.equal(
      `${silent}: ECONNREFUSED`,
    );
    expect(saidOf(Object.assign(new Error("no"), { type: "unavailable", code: 14 }))).to.equal(
      `${silent}: unavailable`,
    );
    expect(saidOf(new Error("no answer within 10 ms"))).to.equal(`${silent}: no answer within 10 ms`);
  });

  it("shows no address, which may hold a password", () => {
    expect(saidOf(new Error("cannot read esdb://me:hunter2@host"))).to.equal(silent);
    expect(saidOf("esdb://me:hunter2@host")).to.equal(silent);
    expect(saidOf(undefined)).to.equal(silent);
  });
});
