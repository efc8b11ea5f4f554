import { status, type handleServerStreamingCall } from "@grpc/grpc-js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import { type Log, type Logged } from "./log.js";
import { type Subscriptions } from "./subscriptions.js";
import { transmit, type ReadCall } from "./transmit.js";
import { eventMessage, nameOf, refusal, streamDeleted, streamNotFound } from "./wire.js";

const BACKWARDS = streams.ReadReq.Options.ReadDirection.BACKWARDS;

/** The Read call: a stream, the whole log, or a subscription to it. */
export const reads =
  (log: Log, subscriptions: Subscriptions): handleServerStreamingCall<streams.ReadReq, streams.ReadResp> =>
  (call) => {
    const options = call.request.getOptions();
    if (options === undefined) call.emit("error", refusal(status.INVALID_ARGUMENT, "no options"));
    else if (options.hasSubscription()) void subscriptions.serve(call, options);
    else if (options.hasAll()) void send(call, selectAll(log, options));
    else readStream(log, call, options);
  };

const readStream = (log: Log, call: ReadCall, options: streams.ReadReq.Options): void => {
  const name = nameOf(options.getStream()?.getStreamIdentifier());
  if (Number(options.getCount()) === 0) {
    call.emit("error", refusal(status.UNKNOWN, "Unexpected ReadStreamResult: Error"));
    return;
  }
  if (log.isTombstoned(name)) {
    call.emit("error", streamDeleted(name));
    return;
  }
  const events = log.stream(name);
  if (events === undefined) {
    call.write(streamNotFound(name));
    call.end();
    return;
  }
  void send(call, selectStream(events, options));
};

function* selectStream(events: readonly Logged[], options: streams.ReadReq.Options): Iterable<Logged> {
  const stream = options.getStream();
  const first = events[0]?.revision ?? 0;
  const last = events.length - 1;
  const asked = Number(stream?.getRevision() ?? 0) - first;
  if (options.getReadDirection() === BACKWARDS)
    yield* backwards(events, stream?.hasEnd() ? last : Math.min(last, asked), Number(options.getCount()));
  else yield* forwards(events, stream?.hasStart() ? 0 : Math.max(0, asked), Number(options.getCount()));
}

/** A position itself is part of a read forwards, and not of one backwards. */
function* selectAll(log: Log, options: streams.ReadReq.Options): Iterable<Logged> {
  const all = options.getAll();
  const index = log.indexAt(BigInt(all?.getPosition()?.getCommitPosition() ?? 0));
  if (options.getReadDirection() === BACKWARDS)
    yield* backwards(log.all, all?.hasEnd() ? log.all.length - 1 : index - 1, Number(options.getCount()));
  else yield* forwards(log.all, all?.hasStart() ? 0 : index, Number(options.getCount()));
}

function* forwards(events: readonly Logged[], from: number, count: number): Iterable<Logged> {
  const end = Math.min(events.length, from + count);
  for (let i = from; i < end; i += 1) {
    const event = events[i];
    if (event !== undefined) yield event;
  }
}

function* backwards(events: readonly Logged[], from: number, count: number): Iterable<Logged> {
  const end = Math.max(-1, from - count);
  for (let i = from; i > end; i -= 1) {
    const event = events[i];
    if (event !== undefined) yield event;
  }
}

const send = async (call: ReadCall, events: Iterable<Logged>): Promise<void> => {
  for (const event of events) {
    if (call.cancelled) return;
    await transmit(call, eventMessage(event));
  }
  call.end();
};
