// Bugs that let somebody change the log without being found.
import { type SimulationCanary } from "./canaries.js";

export const proofCanaries: readonly SimulationCanary[] = [
  {
    name: "a leaf leaves out who wrote the event",
    changes: [
      {
        file: "src/domain/proof/leaf.js",
        from: '"metadata":${metadataForm(metadata)},` +',
        to: "` +",
      },
    ],
  },
  {
    name: "a log may be shorter than a checkpoint that was kept elsewhere",
    changes: [
      {
        file: "src/application/audit/verifier.js",
        from: "for (const { name, size } of this.kept)",
        to: "for (const { name, size } of [])",
      },
    ],
  },
  {
    name: "a checkpoint goes on behind the first event that the one before does not cover",
    changes: [
      {
        file: "src/application/process/checkpointer.js",
        from: "return { tree, after: position };",
        to: "return { tree, after: position + 1n };",
      },
    ],
  },
];
