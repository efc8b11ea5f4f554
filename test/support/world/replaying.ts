// A world's log computed once more, and held against its chain.
import { type ChainSources } from "../../../src/application/replay/chain.js";
import { replay, type ReplayQuery, type ReplayReport } from "../../../src/application/replay/replay.js";
import { type RecordedEvent } from "../../../src/application/ports/event-store.js";
import { CodedEventLog } from "../../../src/infrastructure/eventstore/event-log.js";
import { BAKER } from "../chain-model.js";
import { MemoryEventStore } from "../memory-event-store.js";
import { PlainCodec } from "./memory-chain.js";
import { operationsIn } from "./people.js";
import { type World } from "./world.js";

export const chainOf = (world: World): ChainSources => ({
  chain: world.chain,
  history: operationsIn(world),
});

/** Of a log as it stands, or as it was changed. */
export const portsOf = (world: World, events: readonly RecordedEvent[] = world.store.snapshot()) => ({
  log: new CodedEventLog(new MemoryEventStore(() => new Date(), events)),
  baker: BAKER,
  reader: new PlainCodec(),
});

export const replayOf = (
  world: World,
  query: Partial<ReplayQuery> = {},
  events?: readonly RecordedEvent[],
): Promise<ReplayReport> =>
  replay(portsOf(world, events), {
    cycles: "all",
    delegator: undefined,
    chain: chainOf(world),
    tell: () => undefined,
    ...query,
  });

/** Throws at the first thing that does not come out again. */
export const assertReplays = async (world: World): Promise<ReplayReport> => {
  const report = await replayOf(world);
  if (report.holds) return report;
  const show = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
  throw new Error(
    `replayed otherwise: ${JSON.stringify([...report.differences, ...report.unread].slice(0, 5), show)}`,
  );
};
