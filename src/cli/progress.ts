import { type OnProgress } from "../application/log/progress.js";
import { tell } from "./io.js";

const EVERY_MS = 5_000;

const lasting = (seconds: number): string =>
  seconds < 100 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;

/** Tells every few seconds how far long work has come, its rate and the time that is left. */
export const tellProgress = (what: string): OnProgress => {
  const began = performance.now();
  let told = began;
  return ({ events, fraction }) => {
    const now = performance.now();
    if (now - told < EVERY_MS) return;
    told = now;
    const seconds = (now - began) / 1_000;
    const left = fraction > 0 ? `, ${lasting((seconds * (1 - fraction)) / fraction)} left` : "";
    tell(`${what}: ${events} events, ${Math.round(events / seconds)} a second${left}`);
  };
};
