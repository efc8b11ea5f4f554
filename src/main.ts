#!/usr/bin/env node
const OLDEST = [20, 19];

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < (OLDEST[0] ?? 0) || (major === OLDEST[0] && minor < (OLDEST[1] ?? 0))) {
  process.stderr.write(
    `TAPS needs Node ${OLDEST.join(".")} or newer, this is ${process.versions.node}: install a newer one from nodejs.org\n`,
  );
  process.exit(1);
}

// Nothing newer than the oldest Node can read is loaded before the check above.
const { runTaps } = await import("./composition.js");
process.exit(await runTaps(process.argv.slice(2), process.env));
