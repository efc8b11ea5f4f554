import { type ServerWritableStream } from "@grpc/grpc-js";
import type streams from "@eventstore/db-client/generated/streams_pb.js";

export type ReadCall = ServerWritableStream<streams.ReadReq, streams.ReadResp>;

/** Hands a message to the transport; waits while that is full. */
export const transmit = async (call: ReadCall, message: streams.ReadResp): Promise<void> => {
  if (call.write(message) || call.cancelled) return;
  await new Promise<void>((resolve) => {
    const proceed = () => {
      call.off("drain", proceed).off("cancelled", proceed).off("close", proceed);
      resolve();
    };
    call.on("drain", proceed).on("cancelled", proceed).on("close", proceed);
  });
};
