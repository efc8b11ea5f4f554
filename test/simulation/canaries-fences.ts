// Bugs in what keeps one process, or one person, from what another has done meanwhile.
import { type SimulationCanary } from "./canaries.js";

const MODE = "src/application/commands/mode.js";
const PAYER = "src/application/process/payer";

export const fencesCanaries: readonly SimulationCanary[] = [
  {
    name: "the mode is not looked at before something is signed or injected",
    about: "mode",
    changes: [
      { file: `${PAYER}/next.js`, from: 'if (mode === "on")', to: "if (true)" },
      { file: `${PAYER}/next.js`, from: 'if (view.baker.state.mode !== "on")', to: "if (false)" },
    ],
  },
  {
    name: "on is left without a pause",
    about: "mode",
    changes: [
      { file: MODE, from: 'if (state.mode === "on" && state.payer !== undefined)', to: "if (false)" },
    ],
  },
  {
    name: "a pause is lifted that somebody has said since",
    about: "mode",
    changes: [{ file: MODE, from: "(await isLeftSince(acts, payer, before.revision))", to: "false" }],
  },
  {
    name: "bytes leave before the witness knows of them",
    about: "witness",
    changes: [
      { file: `${PAYER}/sign.js`, from: "await ports.witness.write(newest);", to: "" },
      {
        file: `${PAYER}/sign.js`,
        from: 'if (injection.outcome === "refused")',
        to: 'await ports.witness.write(newest);\n        if (injection.outcome === "refused")',
      },
    ],
  },
  {
    name: "a batch is forgotten by a term that is over",
    changes: [
      {
        file: "src/domain/wallet/wallet.js",
        from: "closeBatches = (command) => (state) => {\n    const stale = ofTerm(state, command.token);",
        to: "closeBatches = (command) => (state) => {\n    const stale = undefined;",
      },
    ],
  },
  {
    name: "what a person has said of an operation binds nobody",
    about: "owner",
    changes: [
      {
        file: "src/domain/wallet/foreign.js",
        from: "const lacks = (pays, claim) => !pays.some((other) => isSame(other, claim));",
        to: "const lacks = (pays, claim) => false;",
      },
    ],
  },
];
