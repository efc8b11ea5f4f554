import { expect } from "chai";
import fc from "fast-check";
import * as Baker from "../../../src/domain/baker/baker.js";
import { DomainEvent } from "../../../src/domain/events.js";
import { streamName } from "../../../src/domain/identifiers.js";
import { basisPoints, mutez } from "../../../src/domain/money.js";
import { activityProjection } from "../../../projections/activity.js";
import { anyEvent } from "../../support/arbitrary-events.js";
import { foldProjection } from "../../support/fold.js";
import { addressOf } from "../../support/identifiers.js";
import { RecordedLog } from "../../support/recorded-log.js";

const BAKER = addressOf("baker");
const ann = addressOf("ann");
const at = (number: number) => new Date(Date.parse("2026-01-01T00:00:00Z") + number * 1_000);

describe("the activity projection", () => {
  it("shows who did what to whom", () => {
    const log = new RecordedLog();
    const row = { delegator: ann, feeBps: basisPoints.parse(250), maximumBalance: mutez(2n ** 60n) };
    log.record(Baker.stream(BAKER), [{ type: "DelegatorTermsSet", data: { rows: [row], actor: "cli:eve" } }]);
    expect(foldProjection(activityProjection, log.events)["activity"]).to.deep.equal([
      {
        position: 0n,
        recorded_at: at(0),
        actor: "cli:eve",
        verb: "set terms",
        subject: ann,
        stream: Baker.stream(BAKER),
        revision: 0,
        details: { feeBps: 250, maximumBalance: `${2n ** 60n}` },
      },
    ]);
  });

  it("names the actor of every event that has one, whatever else it holds", () => {
    const acting = DomainEvent.options.filter((option) => "actor" in option.shape.data.shape);
    const seen = new Set<string>();
    fc.assert(
      fc.property(anyEvent, (event) => {
        if (!("actor" in event.data)) return;
        seen.add(event.type);
        const place = { stream: streamName("any", "one"), revision: 0, recordedAt: at(0) };
        const changes = activityProjection.apply({ event, position: 1n, ...place });
        expect(changes).to.have.length(1);
        expect(changes[0]).to.have.nested.property("row.actor", event.data.actor);
        expect(() =>
          JSON.stringify(changes[0]?.kind === "upsert" && changes[0].row["details"]),
        ).not.to.throw();
      }),
      { numRuns: 3_000 },
    );
    expect([...seen].sort()).to.deep.equal(acting.map((option) => option.shape.type.value).sort());
  });
});
