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
    const meant = { reason: "person", detail: "the pool looks too small", actor: "ana" };
    const batchId = "payment-tz1NRGxXV9h6SdNaZLcgmjuLx3hyy2f8YoGN_750/1";
    const [dissolved, heldCycle, ledger, signed, planned, checkpoint] = older.map(read);
    expect(planned)
      .to.deep.include({ type: "PayoutPlanned" })
      .and.to.have.nested.property("data.ceilings", null);
    expect(checkpoint)
      .to.deep.include({ type: "WalletCheckpointed" })
      .and.to.have.nested.property("data.foldVersion", 1);
    expect(checkpoint).to.have.nested.property("data.state.requests").that.deep.equals([]);
    expect(ledger)
      .to.deep.include({ type: "LedgerCheckpointed" })
      .and.to.have.nested.property("data.foldVersion", 1);
    expect(ledger).to.have.nested.property("data.settlements").that.deep.equals([]);
    expect(signed)
      .to.deep.include({ type: "OperationSigned" })
      .and.to.have.nested.property("data.purpose", "batch");
    expect([dissolved, heldCycle]).to.deep.equal([
      { type: "BatchDissolved", data: { batchId, failed: false } },
      { type: "CycleHeld", data: meant },
    ]);
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
