// What commands are carried out with.
import { type Acts } from "../application/commands/acts.js";
import { type Evidence } from "../application/commands/pay-cycle.js";
import { type ComputePorts } from "../application/compute-cycle.js";
import { NotedLog } from "../application/noted-log.js";
import { type KeptAnswers } from "../application/ports/answers.js";
import { type Position } from "../application/ports/event-store.js";
import { type OperationHistory } from "../application/ports/operations.js";
import { type Clock } from "../application/ports/system.js";
import { Repository } from "../application/repository.js";

/** Somebody's acts, and where they have written. */
export interface Doing {
  readonly acts: Acts;
  /** Of the last event; undefined: nothing was to be written. */
  written(): Position | undefined;
}

export interface Commanding {
  /** In the name of an actor, under the id of a request. Folds are of one request: nothing is kept between two. */
  doing(by: { readonly actor: string; readonly request: string }): Doing;
  readonly answers: KeptAnswers;
  readonly clock: Clock;
  /** Where a cycle may show that it was paid by other means. */
  readonly evidence: Evidence;
  readonly operations: OperationHistory;
  readonly compute: ComputePorts;
}

/** Acts on an installation's log and chain, in whoever's name; nothing is folded before it is asked for. */
export const doingOn =
  (installation: Acts): Commanding["doing"] =>
  ({ actor, request }) => {
    const log = new NotedLog(installation.log);
    const metadata = () => ({ correlationId: request, causationId: request, actor });
    const acts = { ...installation, log, repository: new Repository(log), actor, metadata };
    return { acts, written: () => log.written };
  };
