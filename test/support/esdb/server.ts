// A process that speaks EventStoreDB's protocol: node server.js <folder> <port> <batch|single> <shutdown ms>
import { Server, ServerCredentials, type handleUnaryCall } from "@grpc/grpc-js";
import { ServerFeaturesService } from "@eventstore/db-client/generated/serverfeatures_grpc_pb.js";
import { StreamsService } from "@eventstore/db-client/generated/streams_grpc_pb.js";
import features from "@eventstore/db-client/generated/serverfeatures_pb.js";
import type shared from "@eventstore/db-client/generated/shared_pb.js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import { Appends } from "./appends.js";
import { numberedCommand, type Command } from "./control.js";
import { Log } from "./log.js";
import { reads } from "./reads.js";
import { Subscriptions } from "./subscriptions.js";
import { nameOf, readBytes, refusal } from "./wire.js";

const [folder = "", port = "0", mode = "batch", shutdownMs = "5000"] = process.argv.slice(2);
const log = new Log(folder);
const subscriptions = new Subscriptions(log);
let shown = log.all.length;
const show = () => {
  subscriptions.written(shown);
  shown = log.all.length;
};
const appends = new Appends(log, show);
let featuresFault: { readonly code: number } | "ignored" | undefined;

const getSupportedMethods: handleUnaryCall<shared.Empty, features.SupportedMethods> = (_call, callback) => {
  const fault = featuresFault;
  featuresFault = undefined;
  if (fault !== undefined) {
    if (fault !== "ignored") callback(refusal(fault.code, "features"));
    return;
  }
  const method = (name: string, ...known: string[]) =>
    new features.SupportedMethod()
      .setServiceName("event_store.client.streams.streams")
      .setMethodName(name)
      .setFeaturesList(known);
  const methods = [method("read", "position", "events"), method("append")];
  if (mode === "batch") methods.push(method("batchappend", "deadline_duration"));
  callback(
    null,
    new features.SupportedMethods().setMethodsList(methods).setEventStoreServerVersion("23.10.6"),
  );
};

const remove: handleUnaryCall<streams.DeleteReq, streams.DeleteResp> = (call, callback) => {
  log.softDelete(nameOf(call.request.getOptions()?.getStreamIdentifier()));
  log.flush();
  show();
  callback(null, new streams.DeleteResp());
};

const tombstone: handleUnaryCall<streams.TombstoneReq, streams.TombstoneResp> = (call, callback) => {
  log.tombstone(nameOf(call.request.getOptions()?.getStreamIdentifier()));
  log.flush();
  show();
  callback(null, new streams.TombstoneResp());
};

const obey = async (command: Command): Promise<void> => {
  switch (command.do) {
    case "fault-appends":
      appends.inject(command.fault, command.times);
      break;
    case "await-faulted":
      await appends.faulted(command.count);
      break;
    case "silence-subscriptions":
      subscriptions.silence();
      break;
    case "write-system-events":
      log.appendSystemEvents(command.count);
      log.flush();
      show();
      break;
    case "fail-features":
      featuresFault = { code: command.code };
      break;
    case "ignore-features":
      featuresFault = "ignored";
      break;
    case "refuse-subscriptions":
      subscriptions.refuse(command.times);
      break;
  }
};

const server = new Server({ "grpc.max_receive_message_length": 17 * 1024 * 1024 });
server.addService(ServerFeaturesService, { getSupportedMethods });
server.addService(
  { ...StreamsService, read: { ...StreamsService.read, responseSerialize: readBytes } },
  {
    append: appends.append,
    batchAppend: appends.batchAppend,
    delete: remove,
    read: reads(log, subscriptions),
    tombstone,
  },
);
server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
  if (error !== null) throw error;
  process.send?.({ listening: bound });
});

process.on("message", (message) => {
  const { id, command } = numberedCommand.parse(message);
  void obey(command).then(() => process.send?.({ done: id }));
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => {
  setTimeout(() => {
    server.forceShutdown();
    process.exit(0);
  }, Number(shutdownMs));
});
