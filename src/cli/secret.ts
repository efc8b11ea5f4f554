// Secrets that a person types, or a program pipes: never an argument, which every process of the machine can read.
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { CommandEnd, EXIT } from "./exit.js";
import { tell } from "./io.js";

/** Shows nothing of what is typed. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

const ask = async (question: string): Promise<string> => {
  const stopped = new AbortController();
  const terminal = createInterface({ input: process.stdin, output: nowhere(), terminal: true });
  terminal.on("SIGINT", () => stopped.abort()).on("close", () => stopped.abort());
  process.stderr.write(question);
  try {
    return await terminal.question("", { signal: stopped.signal });
  } catch (error) {
    if (!stopped.signal.aborted) throw error;
    throw new CommandEnd(EXIT.failed, "nothing is changed");
  } finally {
    terminal.close();
    tell("");
  }
};

const typed = async (): Promise<string> => {
  const password = await ask("password: ");
  if ((await ask("again: ")) === password) return password;
  throw new CommandEnd(EXIT.usage, "that is not the same password; nothing is changed");
};

const piped = async (): Promise<string> => {
  const [, line = "", rest = ""] = /^([^\r\n]*)\r?\n?([^]*)$/.exec(await text(process.stdin)) ?? [];
  if (rest === "") return line;
  throw new CommandEnd(EXIT.usage, "a password is one line");
};

/** A new password: asked for twice on a terminal, else the one line of standard input. */
export const readNewPassword = (): Promise<string> => (process.stdin.isTTY ? typed() : piped());
