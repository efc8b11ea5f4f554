import { type Command } from "commander";
import { type Position, positionFrom, timeFrom } from "../application/arguments.js";
import {
  type BuildProgress,
  type Built,
  type ListedSnapshot,
  type ReadModels,
  type ReadModelStatus,
  type RollbackTarget,
} from "../application/ports/read-models.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import { type Json, orRefuse, print, printJson, tell, untilStopped } from "./io.js";

interface Target extends Json {
  readonly toSnapshot?: string;
  readonly toPosition?: Position;
  readonly toTime?: Date;
  readonly toHead?: true;
}

const toPosition = (text: string): Position => orRefuse(positionFrom(text), "a position is a whole number.");
const toTime = (text: string): Date => orRefuse(timeFrom(text), "a time is written as 2026-11-30T12:00:00Z.");

const namesOf = ({ names }: ReadModels, name: string): readonly string[] => {
  if (name === "all") return names;
  if (names.includes(name)) return [name];
  throw new CommandEnd(EXIT.usage, `there is no projection ${name}: ${names.join(", ")}, or all`);
};

const targetOf = ({ toSnapshot, toPosition: position, toTime: time, toHead }: Target): RollbackTarget => {
  const targets: RollbackTarget[] = [];
  if (toSnapshot !== undefined) targets.push({ to: "snapshot", id: toSnapshot });
  if (position !== undefined) targets.push({ to: "position", position });
  if (time !== undefined) targets.push({ to: "time", time });
  if (toHead) targets.push({ to: "head" });
  const [target, ...more] = targets;
  if (target !== undefined && more.length === 0) return target;
  throw new CommandEnd(EXIT.usage, "say one of --to-snapshot, --to-position, --to-time, --to-head");
};

const printStatus = (models: readonly ReadModelStatus[]): void => {
  for (const { name, state, position, head, lag, version, snapshot, finding, building } of models) {
    const behind =
      lag.events === 0
        ? ""
        : `, ${lag.more ? "more than " : ""}${lag.events} events, ${Math.round(lag.seconds)} s behind`;
    print(`${name} (version ${version ?? "-"}): ${state} at ${position ?? "-"} of ${head}${behind}`);
    if (finding) print(`  ${finding.kind}: ${finding.message}`);
    if (state === "pinned") print(`  "taps projections rollback ${name} --to-head" lets it go`);
    if (building) print(`  being built anew: at ${building.position} of ${building.target ?? head}`);
    print(`  newest snapshot: ${snapshot ? `${snapshot.id} at ${snapshot.position}` : "none"}`);
  }
};

const printSnapshots = (snapshots: readonly ListedSnapshot[]): void => {
  for (const { id, position, asOf, version, bytes, digest, problem } of snapshots)
    print(
      problem ??
        `${id}: version ${version} at ${position} (${asOf?.toISOString()}), ${bytes} bytes, digest ${digest}`,
    );
};

const WORDS: Readonly<Record<BuildProgress["doing"], string>> = {
  reading: "reads the log",
  comparing: "compares with the rows in service",
  "waiting-for-readers": "waits for a moment without readers",
};

const tellProgress = ({ name, doing, position, eventsPerSecond, secondsLeft }: BuildProgress): void => {
  const rate = doing === "reading" ? `, ${eventsPerSecond} events/s` : "";
  const left = secondsLeft === null ? "" : `, ${secondsLeft} s left`;
  tell(`${name}: ${WORDS[doing]}, at ${position}${rate}${left}`);
};

/** Ends with a failure if one failed, or if rows in service were not those of the log. */
const report = (built: readonly Built[], { json }: Json): void => {
  if (json) printJson({ built });
  for (const { name, position, pinned, base, differing, failure } of built) {
    if (failure !== null) tell(`${name}: NOT BUILT, what serves is as it was: ${failure}`);
    else
      tell(
        `${name}: ${pinned ? "pinned " : ""}at ${position}, made from ${base ?? "zero"}${compared(differing)}`,
      );
  }
  const wrong = built.filter(({ differing, failure }) => failure !== null || (differing ?? []).length > 0);
  if (wrong.length > 0) throw new CommandEnd(EXIT.failed, "");
};

const compared = (differing: Built["differing"]): string => {
  if (differing === null) return "; there were no rows of the same position to compare with";
  return differing.length === 0
    ? "; the rows that served until now were the same"
    : `; DIFFERENT from the rows that served until now: ${differing.join(", ")}`;
};

export const projectionsCommand = (program: Command, services: Services): void => {
  const projections = program
    .command("projections")
    .description("the read models: where they stand, made anew, kept and rolled back");
  const how = () => ({ signal: untilStopped(), progress: tellProgress, note: tell });
  projections
    .command("status")
    .description("position, head, lag, state, version and newest snapshot of each")
    .option("--json", "print one JSON object")
    .action(async ({ json }: Json) => {
      const status = await (await services.readModels()).status();
      if (json) printJson({ projections: status });
      else printStatus(status);
    });
  projections
    .command("rebuild")
    .description(
      "make rows anew from the log while the others serve, compare, and switch; goes on after a kill",
    )
    .argument("<name|all>", "which read model")
    .option("--json", "print one JSON object")
    .action(async (name: string, options: Json) => {
      const models = await services.readModels();
      report(await models.rebuild(namesOf(models, name), how()), options);
    });
  projections
    .command("snapshot")
    .description(
      "keep the rows as they are now in a file; the last seven are kept, one at each settled cycle",
    )
    .argument("[name|all]", "which read model", "all")
    .option("--json", "print one JSON object")
    .action(async (name: string, { json }: Json) => {
      const models = await services.readModels();
      const snapshots = await models.snapshot(namesOf(models, name));
      if (json) printJson({ snapshots });
      else printSnapshots(snapshots);
    });
  projections
    .command("snapshots")
    .description("the snapshots in this installation's folder")
    .option("--json", "print one JSON object")
    .action(async ({ json }: Json) => {
      const snapshots = await (await services.readModels()).snapshots();
      if (json) printJson({ snapshots });
      else printSnapshots(snapshots);
    });
  projections
    .command("rollback")
    .description("show a past position and stay there until sent to the head; the log is not touched")
    .argument("<name|all>", "which read model")
    .option("--to-snapshot <id>", "the position of a snapshot")
    .option("--to-position <position>", "a position of the log", toPosition)
    .option("--to-time <time>", "the last position recorded at or before it, by the store's clock", toTime)
    .option("--to-head", "the end of the log, and on from there")
    .option("--json", "print one JSON object")
    .action(async (name: string, options: Target) => {
      const target = targetOf(options);
      const models = await services.readModels();
      report(await models.rollback(namesOf(models, name), target, how()), options);
    });
};
