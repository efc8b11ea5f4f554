import { expect } from "chai";
import { tapsWithin } from "../../support/whole/within.js";

/** Names of the commands below, as the help lists them. */
const commandsIn = (help: string): string[] =>
  (help.split("\nCommands:\n")[1] ?? "")
    .split("\n")
    .flatMap((line) => /^ {2}(?<name>[a-z-]+)/.exec(line)?.groups?.["name"] ?? [])
    .filter((name) => name !== "help");

describe("help", () => {
  it("is there for every command, and says what it does", async () => {
    const seen: string[] = [];
    const visit = async (path: readonly string[]): Promise<void> => {
      const help = await tapsWithin({}, [...path, "--help"]);
      expect(help).to.match(new RegExp(`^Usage: taps ${path.join(" ")}.*\n\n[a-z]`, "i"));
      seen.push(path.join(" "));
      for (const name of commandsIn(help)) await visit([...path, name]);
    };
    await visit([]);
    const streams = await tapsWithin({}, ["log", "read", "--help"]);
    for (const kind of ["baker", "cycle", "reward", "payment", "ledger", "wallet"])
      expect(streams).to.match(new RegExp(`^  ${kind}-tz1`, "m"));
    expect(seen).to.include.members(["start", "status", "cycle pay", "reconcile classify", "ledger adjust"]);
  });
});
