import { Metadata, status, type ServiceError } from "@grpc/grpc-js";
import rpcStatus from "@eventstore/db-client/generated/status_pb.js";
import shared from "@eventstore/db-client/generated/shared_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { type Message } from "google-protobuf";
import {
  MAX_APPEND_SIZE,
  type Actual,
  type Expected,
  type Logged,
  type Outcome,
  type Proposed,
} from "./log.js";

/** An append as a client asked for it, through either of the two calls. */
export interface AppendRequest {
  readonly stream: string;
  readonly expected: Expected;
  readonly events: readonly Proposed[];
  /** Milliseconds since 1970; an append the server comes to later is not written. */
  readonly deadline: number;
}

export const nameOf = (id: shared.StreamIdentifier | undefined): string =>
  Buffer.from(id?.getStreamName_asU8() ?? []).toString();

const identifier = (name: string) => new shared.StreamIdentifier().setStreamName(Buffer.from(name));

export const expectedOf = (
  options: streams.AppendReq.Options | streams.BatchAppendReq.Options | undefined,
): Expected => {
  if (options?.hasNoStream()) return "no_stream";
  if (options?.hasStreamExists()) return "stream_exists";
  if (options === undefined || options.hasAny()) return "any";
  return BigInt("getRevision" in options ? options.getRevision() : options.getStreamPosition());
};

export const proposedOf = (
  message: streams.AppendReq.ProposedMessage | streams.BatchAppendReq.ProposedMessage,
): Proposed => ({
  id: message.getId()?.getString() ?? "",
  type: message.getMetadataMap().get("type") ?? "",
  contentType: message.getMetadataMap().get("content-type") ?? "",
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

/** The answer of BatchAppend; errors are a status with one detail. */
export const batchAppended = (
  correlation: shared.UUID | undefined,
  request: AppendRequest,
  outcome: Outcome,
): streams.BatchAppendResp => {
  const response = new streams.BatchAppendResp();
  response.setCorrelationId(correlation).setStreamIdentifier(identifier(request.stream));
  if (outcome.kind !== "success") return response.setError(failure(request, outcome));
  const success = new streams.BatchAppendResp.Success();
  if (outcome.revision === "no_stream") success.setNoStream(new empty.Empty());
  else success.setCurrentRevision(outcome.revision.toString());
  if (outcome.position === undefined) return response.setSuccess(success.setNoPosition(new empty.Empty()));
  return response.setSuccess(success.setPosition(at(new shared.AllStreamPosition(), outcome.position)));
};

const failure = (
  request: AppendRequest,
  outcome: Exclude<Outcome, { kind: "success" }>,
): rpcStatus.Status => {
  switch (outcome.kind) {
    case "wrong-expected-version":
      return failed(6, "WrongExpectedVersion", wrongExpectedVersion(request.expected, outcome.actual));
    case "stream-deleted":
      return failed(
        9,
        "StreamDeleted",
        new shared.StreamDeleted().setStreamIdentifier(identifier(request.stream)),
      );
    case "too-large":
      return failed(
        3,
        "MaximumAppendSizeExceeded",
        new shared.MaximumAppendSizeExceeded().setMaxappendsize(MAX_APPEND_SIZE),
      );
    case "timed-out":
      return failed(4, "Timeout", new shared.Timeout());
  }
};

const failed = (code: number, type: string, detail: Message): rpcStatus.Status => {
  const details = new any.Any();
  details.pack(detail.serializeBinary(), `event_store.client.${type}`);
  return new rpcStatus.Status().setCode(code).setMessage(type).setDetails(details);
};

const wrongExpectedVersion = (expected: Expected, actual: Actual): shared.WrongExpectedVersion => {
  const wrong = new shared.WrongExpectedVersion();
  if (actual === "no_stream") wrong.setCurrentNoStream(new empty.Empty());
  else wrong.setCurrentStreamRevision(actual.toString());
  if (typeof expected === "bigint") return wrong.setExpectedStreamPosition(expected.toString());
  if (expected === "no_stream") return wrong.setExpectedNoStream(new empty.Empty());
  return expected === "any"
    ? wrong.setExpectedAny(new empty.Empty())
    : wrong.setExpectedStreamExists(new empty.Empty());
};

/** The answer of Append: a message, or a status with trailers. */
export const appended = (
  request: AppendRequest,
  outcome: Outcome,
): streams.AppendResp | Partial<ServiceError> => {
  switch (outcome.kind) {
    case "success":
      return new streams.AppendResp().setSuccess(success(outcome));
    case "wrong-expected-version":
      return new streams.AppendResp().setWrongExpectedVersion(wrong(request.expected, outcome.actual));
    case "stream-deleted":
      return streamDeleted(request.stream);
    case "too-large":
      return refusal(status.INVALID_ARGUMENT, "Maximum Append Size Exceeded.", {
        exception: "maximum-append-size-exceeded",
        "maximum-append-size": MAX_APPEND_SIZE.toString(),
      });
    case "timed-out":
      return refusal(status.DEADLINE_EXCEEDED, "Deadline Exceeded");
  }
};

const success = (outcome: Extract<Outcome, { kind: "success" }>): streams.AppendResp.Success => {
  const done = new streams.AppendResp.Success();
  if (outcome.revision === "no_stream") done.setNoStream(new shared.Empty());
  else done.setCurrentRevision(outcome.revision.toString());
  if (outcome.position === undefined) return done.setNoPosition(new shared.Empty());
  return done.setPosition(at(new streams.AppendResp.Position(), outcome.position));
};

const wrong = (expected: Expected, actual: Actual): streams.AppendResp.WrongExpectedVersion => {
  const version = new streams.AppendResp.WrongExpectedVersion();
  if (actual === "no_stream") version.setCurrentNoStream(new shared.Empty());
  else version.setCurrentRevision(actual.toString());
  if (typeof expected === "bigint") return version.setExpectedRevision(expected.toString());
  if (expected === "no_stream") return version.setExpectedNoStream(new shared.Empty());
  return expected === "any"
    ? version.setExpectedAny(new shared.Empty())
    : version.setExpectedStreamExists(new shared.Empty());
};

export const streamDeleted = (stream: string): Partial<ServiceError> =>
  refusal(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: "stream-deleted",
    "stream-name": stream,
  });

/** A status with trailers, as grpc-js takes it. */
export const refusal = (
  code: status,
  details: string,
  trailers: Readonly<Record<string, string>> = {},
): Partial<ServiceError> & Error => {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value);
  return Object.assign(new Error(details), { code, details, metadata });
};

const messages = new WeakMap<Logged, streams.ReadResp>();
const bytes = new WeakMap<streams.ReadResp, Buffer>();

/** The message that carries an event to readers, built once: building it is what reading costs. */
export const eventMessage = (event: Logged): streams.ReadResp => {
  const known = messages.get(event);
  if (known !== undefined) return known;
  const message = new streams.ReadResp().setEvent(readEvent(event));
  messages.set(event, message);
  bytes.set(message, Buffer.from(message.serializeBinary()));
  return message;
};

export const readBytes = (message: streams.ReadResp): Buffer =>
  bytes.get(message) ?? Buffer.from(message.serializeBinary());

const readEvent = (event: Logged): streams.ReadResp.ReadEvent => {
  const record = at(new streams.ReadResp.ReadEvent.RecordedEvent(), event.position)
    .setId(new shared.UUID().setString(event.id))
    .setStreamIdentifier(identifier(event.stream))
    .setStreamRevision(event.revision.toString())
    .setCustomMetadata(event.metadata)
    .setData(event.data);
  record
    .getMetadataMap()
    .set("type", event.type)
    .set("content-type", event.contentType)
    .set("created", (BigInt(event.created) * 10_000n).toString());
  return new streams.ReadResp.ReadEvent().setEvent(record).setCommitPosition(event.position.toString());
};

export const confirmation = (id: string): streams.ReadResp =>
  new streams.ReadResp().setConfirmation(
    new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(id),
  );

export const checkpoint = (position: bigint): streams.ReadResp =>
  new streams.ReadResp().setCheckpoint(at(new streams.ReadResp.Checkpoint(), position));

export const caughtUp = (): streams.ReadResp =>
  new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

export const streamNotFound = (name: string): streams.ReadResp =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifier(name)),
  );

interface Positioned {
  setCommitPosition(value: string): unknown;
  setPreparePosition(value: string): unknown;
}

/** The log has no transactions of its own, so commit and prepare positions are the same. */
const at = <T extends Positioned>(message: T, position: bigint): T => {
  message.setCommitPosition(position.toString());
  message.setPreparePosition(position.toString());
  return message;
};
