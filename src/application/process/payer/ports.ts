import { type TzAddress } from "../../../domain/identifiers.js";
import { type EventLog } from "../../ports/event-log.js";
import { type EventMetadata } from "../../ports/event-store.js";
import { type Chain, type OperationCodec, type Signer } from "../../ports/chain.js";
import { type Clock, type Witness } from "../../ports/system.js";
import { type Repository } from "../../repository.js";

/** All that the payer touches of the world. */
export interface PayerPorts {
  readonly baker: TzAddress;
  readonly log: EventLog;
  readonly repository: Repository;
  readonly chain: Chain;
  readonly codec: OperationCodec;
  readonly signer: Signer;
  readonly witness: Witness;
  readonly clock: Clock;
  /** Metadata of an event that the process itself writes. */
  readonly metadata: () => EventMetadata;
}
