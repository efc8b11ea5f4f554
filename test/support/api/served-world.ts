// The API on a log whose two cycles were paid on a chain, and signed.
import { copyEvents } from "../../../src/application/log/copy.js";
import { type RecordedEvent, START } from "../../../src/application/ports/event-store.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { BAKER } from "../chain-model.js";
import { type SignedLog } from "../audit/signed-log.js";
import { recordedAfter } from "../stored-log.js";
import { serveTold, type ServedHistory } from "./served-history.js";

async function* told(events: readonly RecordedEvent[]) {
  for (const event of events) yield { event, fraction: 1 };
}

/** Of a signed log, its first so many events. */
export const serveSigned = ({ world, events }: SignedLog, count = events.length): Promise<ServedHistory> =>
  serveTold({
    baker: BAKER,
    fill: async (store) => {
      await copyEvents(told(events.slice(0, count)), { store, inFlight: 1 }, () => undefined);
      const log = new CodedEventLog(store);
      return { log, events: await recordedAfter(log, START) };
    },
    chain: world.chain,
  });
