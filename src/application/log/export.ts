// The log as lines, for a file that can be kept, verified and imported elsewhere.
import { MerkleTree } from "../../domain/digest.js";
import { leafOf } from "../../domain/proof/leaf.js";
import { type EventStore, type Position, START } from "../ports/event-store.js";
import { type Line } from "./lines.js";
import { type OnProgress } from "./progress.js";

/**
 * The events behind a position up to the head at the time of asking, framed by what the tree over the whole log is
 * before and after them. What stands before the position is read too: the tree needs it.
 */
export async function* exportLog(
  store: EventStore,
  { after = START, onProgress }: { readonly after?: Position | undefined; readonly onProgress: OnProgress },
): AsyncGenerator<Line> {
  const head = await store.head();
  const tree = new MerkleTree();
  let begun = after === START;
  for await (const event of store.readAll({ after: START })) {
    if (event.position > head) break;
    if (!begun && event.position > after) {
      begun = true;
      yield { kind: "before", before: { size: tree.count, peaks: tree.peaks } };
    }
    tree.addLeaf(leafOf(event));
    if (begun) yield { kind: "event", event };
    onProgress({ events: tree.count, fraction: Number(event.position + 1n) / Number(head + 1n) });
  }
  if (!begun) yield { kind: "before", before: { size: tree.count, peaks: tree.peaks } };
  yield { kind: "end", tree: { size: tree.count, root: tree.root() } };
}
