// What ports answer where something is wrong.
import { ChainUnavailable, type NodeError, SignerUnavailable } from "../../src/application/ports/chain.js";
import { StoreUnavailable } from "../../src/application/ports/event-store.js";
import { SourceUnavailable } from "../../src/application/ports/reward-source.js";

/** By a call's name. */
export const unavailable = (call: string): Error => {
  const [port] = call.split(".");
  if (port === "chain") return new ChainUnavailable(`no answer to ${call}`);
  if (port === "signer") return new SignerUnavailable(`no answer to ${call}`);
  if (port === "source") return new SourceUnavailable(`no answer to ${call}`);
  if (port === "rows") return new Error(`the connection was cut at ${call}`);
  return new StoreUnavailable(call, { cause: new Error("no answer") });
};

const REFUSALS: Readonly<Record<NodeError["kind"], string>> = {
  branch: "contract.counter_in_the_past",
  temporary: "contract.counter_in_the_future",
  permanent: "operations.invalid_signature",
};
export const refusal = (kind: NodeError["kind"]): NodeError => ({ id: REFUSALS[kind], kind, detail: "{}" });
