// Bugs of the read side, as changes of the built code.
import { type SimulationCanary } from "./canaries.js";

const ENGINE = "src/readmodel/engine.js";
const BATCHES = "src/readmodel/batches.js";

export const readSideCanaries: readonly SimulationCanary[] = [
  {
    name: "events that came twice are written twice",
    changes: [
      { file: BATCHES, from: "message.event.position > last", to: "true" },
      { file: ENGINE, from: "events.filter(({ position }) => position > done)", to: "events" },
    ],
  },
  {
    name: "a runner goes on behind the first event that it has not written",
    changes: [
      {
        file: ENGINE,
        from: "batchesOf(this.log, this.projection, this.position, until)",
        to: "batchesOf(this.log, this.projection, this.position < 0n ? this.position : this.position + 1n, until)",
      },
    ],
  },
  {
    name: "commits that the database lost are not missed",
    changes: [{ file: ENGINE, from: " || found.position < believed.position", to: "" }],
  },
  {
    name: "rows are gone on with that are not of this log",
    changes: [
      {
        file: ENGINE,
        from: "if (found === undefined || found.pinned || isBehind(found, believed))",
        to: "if (false)",
      },
    ],
  },
  {
    name: "rows that begin with a snapshot lack the event after it",
    changes: [
      {
        file: "src/readmodel/catch-up.js",
        from: "reached: builder.build.position",
        to: "reached: builder.build.position < 0n ? builder.build.position : builder.build.position + 1n",
      },
    ],
  },
  {
    name: "a snapshot is gone on with that is not of this log",
    about: "restore",
    changes: [
      {
        file: "src/readmodel/applied.js",
        from: "return event.position === position",
        to: "return true || event.position === position",
      },
    ],
  },
  {
    name: "a runner does not go back to where a person has put the rows",
    changes: [
      {
        file: ENGINE,
        from: "this.reached(checkpoint);\n        if (checkpoint.pinned)",
        to: "if (checkpoint.position >= this.position)\n            this.reached(checkpoint);\n        if (checkpoint.pinned)",
      },
    ],
  },
  {
    name: "a subscription that ended is waited for",
    changes: [
      {
        file: ENGINE,
        from: "if (!signal.aborted)\n            throw ended;",
        to: "if (!signal.aborted)\n            await new Promise(() => undefined);",
      },
    ],
  },
  {
    name: "changes of one row are kept without their order",
    changes: [
      {
        file: "src/readmodel/collapse.js",
        from: "joinRows(table, before.row, row)",
        to: "joinRows(table, row, before.row)",
      },
    ],
  },
  {
    name: "rows that match are changed before those that are gathered",
    changes: [
      {
        file: "src/readmodel/collapse.js",
        from: "gathering.delete(table);",
        to: "void table;",
      },
    ],
  },
  {
    name: "a read model does not learn that fees would eat up a payment",
    changes: [
      {
        file: "projections/payment.js",
        from: 'case "ObligationsCarried": {',
        to: 'case "Never": {',
      },
    ],
  },
  {
    name: "what a plan takes is not written down as a movement of the ledger",
    changes: [
      {
        file: "projections/ledger.js",
        from: "[...movementsOf(projected, baker), ...changesOf(projected.event, baker)]",
        to: "[...changesOf(projected.event, baker), ...movementsOf(projected, baker)]",
      },
    ],
  },
  {
    name: "a payment that a person released stays held in what its delegator is owed",
    changes: [
      {
        file: "projections/delegators.js",
        from: 'return [notHeld(obligation), patch(obligations, { obligation }, { state: "open" })]',
        to: 'return [patch(obligations, { obligation }, { state: "open" })]',
      },
    ],
  },
];
