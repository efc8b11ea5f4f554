import { EventEmitter, once } from "node:events";
import { type handleBidiStreamingCall, type handleClientStreamingCall } from "@grpc/grpc-js";
import streams from "@eventstore/db-client/generated/streams_pb.js";
import { type AppendFault } from "./control.js";
import { type Log, type Outcome } from "./log.js";
import { appended, batchAppended, expectedOf, nameOf, proposedOf, type AppendRequest } from "./wire.js";

interface Waiting {
  readonly request: AppendRequest;
  readonly answer: (outcome: Outcome) => void;
}

/** Appends wait for the next turn, and one flush makes all of them durable: answers only come after it. */
export class Appends {
  private waiting: Waiting[] = [];
  private faults: { fault: AppendFault; times: number } | undefined;
  private met = 0;
  private readonly meeting = new EventEmitter();

  constructor(
    private readonly log: Log,
    private readonly written: () => void,
  ) {}

  inject(fault: AppendFault, times: number): void {
    this.faults = { fault, times };
    this.met = 0;
  }

  /** Resolves when so many appends have met the fault. */
  async faulted(count: number): Promise<void> {
    while (this.met < count) await once(this.meeting, "met");
  }

  submit(request: AppendRequest, answer: (outcome: Outcome) => void): void {
    const fault = this.nextFault();
    if (fault === undefined) {
      this.enqueue({ request, answer });
      return;
    }
    setTimeout(() => {
      const faulty = answering(fault, answer);
      if (fault.lands) this.enqueue({ request, answer: faulty });
      else faulty({ kind: "timed-out" });
    }, fault.delayMs);
  }

  private nextFault(): AppendFault | undefined {
    if (this.faults === undefined || this.faults.times === 0) return undefined;
    this.faults.times -= 1;
    this.met += 1;
    this.meeting.emit("met");
    return this.faults.fault;
  }

  private enqueue(waiting: Waiting): void {
    this.waiting.push(waiting);
    if (this.waiting.length === 1) setImmediate(() => this.commit());
  }

  private commit(): void {
    const batch = this.waiting;
    this.waiting = [];
    const outcomes = batch.map(({ request }) => this.perform(request));
    this.log.flush();
    batch.forEach(({ answer }, i) => {
      const outcome = outcomes[i];
      if (outcome !== undefined) answer(outcome);
    });
    this.written();
  }

  private perform({ stream, expected, events, deadline }: AppendRequest): Outcome {
    return Date.now() > deadline ? { kind: "timed-out" } : this.log.append(stream, expected, events);
  }

  readonly append: handleClientStreamingCall<streams.AppendReq, streams.AppendResp> = (call, callback) => {
    let options: streams.AppendReq.Options | undefined;
    const messages: streams.AppendReq.ProposedMessage[] = [];
    call.on("data", (request: streams.AppendReq) => {
      options ??= request.getOptions();
      const message = request.getProposedMessage();
      if (message !== undefined) messages.push(message);
    });
    call.on("end", () => {
      const request = {
        stream: nameOf(options?.getStreamIdentifier()),
        expected: expectedOf(options),
        events: messages.map(proposedOf),
        // The call itself has one: then its client has hung up.
        deadline: Infinity,
      };
      this.submit(request, (outcome) => {
        const answer = appended(request, outcome);
        if (answer instanceof streams.AppendResp) callback(null, answer);
        else callback(answer);
      });
    });
  };

  readonly batchAppend: handleBidiStreamingCall<streams.BatchAppendReq, streams.BatchAppendResp> = (call) => {
    const open = new Map<
      string,
      { options: streams.BatchAppendReq.Options | undefined; parts: streams.BatchAppendReq[] }
    >();
    call.on("data", (part: streams.BatchAppendReq) => {
      const correlation = part.getCorrelationId()?.getString() ?? "";
      const batch = open.get(correlation) ?? { options: part.getOptions(), parts: [] };
      batch.parts.push(part);
      open.set(correlation, batch);
      if (!part.getIsFinal()) return;
      open.delete(correlation);
      const request = {
        stream: nameOf(batch.options?.getStreamIdentifier()),
        expected: expectedOf(batch.options),
        events: batch.parts.flatMap((each) => each.getProposedMessagesList()).map(proposedOf),
        deadline: batch.options?.getDeadline()?.toDate().getTime() ?? Infinity,
      };
      this.submit(request, (outcome) => call.write(batchAppended(part.getCorrelationId(), request, outcome)));
    });
    call.on("end", () => call.end());
  };
}

const answering = (fault: AppendFault, answer: (outcome: Outcome) => void): ((outcome: Outcome) => void) => {
  switch (fault.answer) {
    case "sent":
      return answer;
    case "never":
      return () => undefined;
    case "timed-out":
      return () => answer({ kind: "timed-out" });
    case "server-dies":
      return die;
  }
};

/** No handler, no flush, no goodbye: what a crash is. */
const die = (): void => {
  process.kill(process.pid, "SIGKILL");
};
