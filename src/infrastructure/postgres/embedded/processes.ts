import { readFileSync } from "node:fs";

/** A process that is told apart from a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Boot and start time as the kernel counts them; empty where there is no /proc. */
  readonly started: string;
}

/** Field 22 of /proc/<pid>/stat is the start time, field 3 the state; field 2 may contain anything. */
const statOf = (pid: number): { state: string; started: string } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", started: fields[19] ?? "" };
  } catch {
    return undefined;
  }
};

const hasProc = statOf(process.pid) !== undefined;
const boot = hasProc ? readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim() : "";

const answersSignals = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
};

/** The process that has this number now; undefined if none runs. A zombie does not run. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  if (!hasProc) return answersSignals(pid) ? { pid, started: "" } : undefined;
  const stat = statOf(pid);
  if (!stat || stat.state === "Z" || stat.state === "X") return undefined;
  return { pid, started: `${boot} ${stat.started}` };
};

export const isRunning = (known: ProcessIdentity): boolean => identify(known.pid)?.started === known.started;
