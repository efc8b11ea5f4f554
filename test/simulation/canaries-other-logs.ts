// Bugs that show only beside another log: one that was put back, or another installation's.
import { type SimulationCanary } from "./canaries.js";

const TERM = "src/application/process/term.js";
const REPOSITORY = "src/application/repository.js";
const ENGINE = "src/readmodel/engine.js";

export const otherLogsCanaries: readonly SimulationCanary[] = [
  {
    name: "that the database is another one is not looked at",
    about: "restore",
    changes: [{ file: TERM, from: "if (last === null)", to: "if (true)" }],
  },
  {
    name: "the witness is not asked",
    about: "witness",
    changes: [{ file: TERM, from: "of await this.ports.witness.read()", to: "of []" }],
  },
  {
    name: "a log that was put back is signed on while forgotten operations may live",
    about: "restore",
    changes: [
      {
        file: TERM,
        from: "asLevel(head.level + maxOperationsTimeToLive + 1)",
        to: "asLevel(head.level)",
      },
    ],
  },
  {
    name: "who lives on keeps its folds of a log that was put back",
    about: "restore",
    changes: [
      { file: REPOSITORY, from: "if (read < last)\n            throw wentBack(stream, last);", to: "" },
      { file: TERM, from: "!isDeepStrictEqual(identity, this.identity)", to: "false" },
    ],
  },
  {
    name: "rows are kept whatever became of the events that made them",
    about: "restore",
    changes: [{ file: ENGINE, from: "if (!(await isApplied(this.log, checkpoint))) {", to: "if (false) {" }],
  },
  {
    name: "an event that was written again is taken for the one that was applied",
    about: "restore",
    changes: [
      {
        file: "src/readmodel/applied.js",
        from: "isDeepStrictEqual(placeOf(event), last)",
        to: "event.id === last.id",
      },
    ],
  },
];
