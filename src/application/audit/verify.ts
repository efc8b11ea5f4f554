// Reads a log, or an export of one, from end to end and examines it.
import { type Tree } from "../../domain/proof/merkle.js";
import { leafIn, lineFrom } from "../log/lines.js";
import { eventsOf } from "../log/copy.js";
import { type OnProgress } from "../log/progress.js";
import { type EventStore } from "../ports/event-store.js";
import { type Expectations, type Verdict, Verifier } from "./verifier.js";

/** A line of a file and which part of the file has been read with it (0 to 1). */
export interface ReadLine {
  readonly text: string;
  readonly fraction: number;
}

export const verifyStore = async (
  store: EventStore,
  expectations: Expectations,
  onProgress: OnProgress,
): Promise<Verdict> => {
  const verifier = new Verifier(expectations);
  for await (const { event, fraction } of eventsOf(store)) {
    verifier.add(event);
    onProgress({ events: verifier.count, fraction });
  }
  return verifier.end();
};

/** What is wrong with an export; a file that breaks off, or whose compression is damaged, is one of the findings. */
export const verifyExport = async (
  lines: AsyncIterable<ReadLine>,
  expectations: Expectations,
  onProgress: OnProgress,
): Promise<Verdict> => {
  let verifier: Verifier | undefined;
  let closing: Tree | undefined;
  let number = 0;
  for await (const { text, fraction } of lines) {
    number += 1;
    const line = closing === undefined ? lineFrom(text) : undefined;
    const before = line?.kind === "before" && number === 1 ? line.before : undefined;
    verifier ??= new Verifier({ ...expectations, before });
    if (before !== undefined) continue;
    if (line?.kind === "event") verifier.add(line.event, leafIn(text));
    else if (line?.kind === "end") closing = line.tree;
    else return verifier.damaged(number).end();
    onProgress({ events: verifier.count, fraction });
  }
  return (verifier ?? new Verifier(expectations)).end(closing ?? "broken-off");
};
