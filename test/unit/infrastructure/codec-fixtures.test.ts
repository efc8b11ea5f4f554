import { expect } from "chai";
import { encodeOpHash } from "@taquito/utils";
import { streamName } from "../../../src/domain/identifiers.js";
import { decodeEvent, encodeEvent, knownEvents } from "../../../src/infrastructure/eventstore/codec.js";
import { fixtureNames, storedData } from "../../support/event-shapes.js";

const place = { stream: streamName("fixture", "any"), revision: 0 };

interface Golden {
  readonly name: string;
  readonly type: string;
  readonly version: number;
}
const goldens: readonly Golden[] = fixtureNames().map((name) => {
  const [type = "", version = ""] = name.split(".v");
  return { name, type, version: Number(version) };
});
const read = ({ name, type, version }: Golden) =>
  decodeEvent({ ...place, type, schemaVersion: version, data: storedData(name) });

describe("golden fixtures", () => {
  it("exist for every version of every event, and for nothing else", () => {
    const expected = [...knownEvents].flatMap(([type, newest]) =>
      Array.from({ length: newest }, (_, i) => `${type}.v${i + 1}`),
    );
    expect(goldens.map(({ name }) => name)).to.deep.equal(expected.sort());
  });

  for (const golden of goldens.filter(({ type, version }) => knownEvents.get(type) === version)) {
    it(`${golden.name} is read, and written with the same bytes`, () => {
      const { type, version: schemaVersion, name } = golden;
      expect(encodeEvent(read(golden))).to.deep.equal({ type, schemaVersion, data: storedData(name) });
    });
  }

  it("of older versions are read as what they meant", () => {
    const older = goldens.filter(({ type, version }) => version < (knownEvents.get(type) ?? 0));
    const meant = new Map(older.map((golden) => [golden.name, read(golden)]));
    const batchId = "payment-tz1NRGxXV9h6SdNaZLcgmjuLx3hyy2f8YoGN_750/1";
    const free = { fee: 0n, burn: 0n };
    expect([...meant.keys()]).to.deep.equal([
      "BatchDissolved.v1",
      "CycleHeld.v1",
      "ForeignOperationFound.v1",
      "LedgerCheckpointed.v1",
      "LedgerCheckpointed.v2",
      "ObligationPaidOutside.v1",
      "OperationSigned.v1",
      "PayoutPlanned.v1",
      "TermStarted.v1",
      "WalletCheckpointed.v1",
      "WalletCheckpointed.v2",
    ]);
    expect(meant.get("BatchDissolved.v1")?.data).to.deep.equal({ batchId, failed: false });
    expect(meant.get("CycleHeld.v1")?.data).to.deep.equal({
      reason: "person",
      detail: "the pool looks too small",
      actor: "ana",
    });
    expect(meant.get("ForeignOperationFound.v1")?.data)
      .to.have.nested.property("contents[1]")
      .that.deep.include(free);
    expect(meant.get("LedgerCheckpointed.v1")?.data).to.deep.include({ foldVersion: 1, settlements: [] });
    expect(meant.get("LedgerCheckpointed.v2")?.data).to.have.nested.property(
      "settlements[0].returned",
      false,
    );
    expect(meant.get("ObligationPaidOutside.v1")?.data).to.deep.include(free);
    expect(meant.get("OperationSigned.v1")?.data).to.deep.include({ purpose: "batch" });
    expect(meant.get("PayoutPlanned.v1")?.data).to.deep.include({ ceilings: null });
    expect(meant.get("TermStarted.v1")?.data).to.deep.include({ lease: 3n, nonce: "" });
    expect(meant.get("WalletCheckpointed.v1")?.data).to.have.nested.property("state.requests.length", 0);
    expect(meant.get("WalletCheckpointed.v2")?.data)
      .to.have.nested.property("state.foreign[0].contents[0]")
      .that.deep.include(free);
  });

  it("hold an operation whose hash is that of its bytes", () => {
    const hashes = goldens
      .map(read)
      .flatMap((event) =>
        event.type === "OperationSigned"
          ? [{ of: event.data.hash, computed: encodeOpHash(event.data.bytes) }]
          : [],
      );
    expect(hashes.map(({ computed }) => computed)).to.deep.equal(hashes.map(({ of }) => of));
    expect(hashes).to.have.length(2);
  });
});
