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
];
