import { expect } from "chai";
import { type EventLog, type LoggedEvent } from "../../../../src/application/ports/event-log.js";
import { type ReadOptions } from "../../../../src/application/ports/event-store.js";
import { loadView } from "../../../../src/application/process/payer/view.js";
import { Repository } from "../../../../src/application/repository.js";
import { asCycle, type StreamName } from "../../../../src/domain/identifiers.js";
import { CodedEventLog } from "../../../../src/infrastructure/eventstore/event-log.js";
import { BAKER, PAYER } from "../../../support/chain-model.js";
import { MemoryEventStore } from "../../../support/memory-event-store.js";

/** Tells in which order streams are read. */
class RecordingLog extends CodedEventLog implements EventLog {
  readonly order: string[] = [];

  override async *read(stream: StreamName, options?: ReadOptions): AsyncIterable<LoggedEvent> {
    this.order.push(stream);
    yield* super.read(stream, options);
  }
}

describe("what the payer looks at", () => {
  it("folds the payment streams first, each cycle's own stream after its rewards, and the wallet last", async () => {
    const log = new RecordingLog(new MemoryEventStore(() => new Date(0)));
    await loadView(new Repository(log), BAKER, PAYER, [asCycle(7), asCycle(8)]);
    // A ledger and a wallet that are not known yet are first searched backwards for a checkpoint.
    const categories = log.order.map((stream) => stream.split("-")[0]);
    expect(categories).to.deep.equal([
      "ledger",
      "baker",
      "payment",
      "payment",
      "ledger",
      "reward",
      "reward",
      "cycle",
      "cycle",
      "wallet",
      "wallet",
    ]);
  });
});
