#!/usr/bin/env node
// The command line's door. Node's version comes first: nothing newer than the oldest Node can read is loaded before.
const OLDEST = "20.19.0";

const numberOf = (version: string): number =>
  version.split(".").reduce((number, part) => number * 1_000 + Number(part), 0);

if (numberOf(process.versions.node) < numberOf(OLDEST)) {
  process.stderr.write(
    `TAPS needs Node ${OLDEST} or newer, this is ${process.versions.node}: install a newer one from nodejs.org\n`,
  );
  process.exit(1);
}

const { runTaps } = await import("./composition.js");
const code = await runTaps(process.argv.slice(2), process.env);
// Whatever a client library left open does not keep a finished command alive; what was printed is out before.
process.stdout.write("", () => process.exit(code));
