// Fails when an event's shape changed without a new version; `--write` records shapes that are new.
import { currentShapes, recordedShapes, recordShapes, shapeProblems } from "./event-shapes.js";

if (process.argv.includes("--write")) recordShapes(recordedShapes(), currentShapes());
const problems = shapeProblems(recordedShapes(), currentShapes());
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
