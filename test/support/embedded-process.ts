// A process that runs the embedded server: prints `{url}` or `{error}`, stops it when standard input ends.
import { once } from "node:events";
import { startEmbeddedPostgres } from "../../src/infrastructure/postgres/embedded.js";

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);

process.on("SIGINT", () => print({ interrupted: true }));
const notes: string[] = [];
try {
  const server = await startEmbeddedPostgres({
    dataDir: process.argv[2] ?? "",
    log: (note) => notes.push(note),
  });
  print({ url: server.url, notes });
  process.stdin.resume();
  await once(process.stdin, "end");
  await server.stop();
} catch (error) {
  print({ error: error instanceof Error ? error.message : String(error) });
}
